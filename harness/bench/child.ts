import { fork } from 'node:child_process';
import { on, once } from 'node:events';

/** A process of its own that runs a program. Dispose of it with `await using`, which kills it if it has not ended. */
export interface Child<To, From> extends AsyncDisposable {
  tell(message: To): void;
  /** Waits for its next message. Rejects when it ends before that. */
  next(): Promise<From>;
}

/**
 * Starts a program.
 *
 * @param limit Milliseconds after which it is killed.
 * @param execArgv Options of Node.js.
 */
export function startChild<To extends object, From>(
  file: string,
  args: readonly string[],
  limit: number,
  execArgv: readonly string[] = [],
): Child<To, From> {
  const child = fork(file, args, {
    // Nothing that this process was started with, such as a transpiler, may count.
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  const exited = once(child, 'exit');
  const messages = on(child, 'message', { close: ['exit'] });
  return {
    tell: (message) => void child.send(message),
    async next() {
      const result = (await messages.next()) as IteratorResult<[From], unknown>;
      if (result.done !== true) return result.value[0];
      const how = child.signalCode === 'SIGKILL' ? `was not done after ${limit / 1000} s` : 'ended too early';
      throw new Error(`${args[0] ?? file} ${how}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
