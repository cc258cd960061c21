import { fork } from 'node:child_process';
import { on, once } from 'node:events';

import { within } from '../time/limits';

/** Milliseconds that a program has to end by itself, so that it can write a profile. */
const patience = 3000;

/** A process of its own that runs a program. Dispose of it with `await using`, which hangs up, and kills it if it does not end. */
export interface Child<To, From> extends AsyncDisposable {
  tell(message: To): void;
  /** Waits for its next message. Rejects when it ends before that. */
  next(): Promise<From>;
}

/** The most milliseconds of a timer of Node.js. */
const longestTimeout = 2 ** 31 - 1;

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
    // Longer ones would be no time at all.
    timeout: Math.min(limit, longestTimeout),
    killSignal: 'SIGKILL',
  });
  const exited: Promise<unknown> = once(child, 'exit');
  const messages = on(child, 'message', { close: ['exit'] });
  return {
    // `next` says that it has ended.
    tell: (message) => void child.send(message, () => undefined),
    async next() {
      const result = (await messages.next()) as IteratorResult<[From], unknown>;
      if (result.done !== true) return result.value[0];
      const how = child.signalCode === 'SIGKILL' ? `was not done after ${limit / 1000} s` : 'ended too early';
      throw new Error(`${args[0] ?? file} ${how}`);
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await within(patience, exited, () => child.kill('SIGKILL'));
      await exited;
    },
  };
}
