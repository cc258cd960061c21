import type { ProgramHost } from '../playground/run/programHost';

type Listener = (...args: unknown[]) => void;

/** The part of Node's `process` that programs for a modem use. Stopping the program is its Ctrl-C, the signal `SIGINT`. */
export function installProcess(host: ProgramHost): void {
  const interrupted = new Set<Listener>();
  const add = (event: string, listener: Listener): unknown => {
    if (event === 'SIGINT') interrupted.add(listener);
    return program;
  };
  const remove = (event: string, listener: Listener): unknown => {
    if (event === 'SIGINT') interrupted.delete(listener);
    return program;
  };
  const once = (event: string, listener: Listener): unknown =>
    add(event, function first(...args) {
      remove(event, first);
      listener(...args);
    });
  const printed =
    (kind: 'log' | 'error') =>
    (text: string | Uint8Array): boolean => {
      host.print(kind, [Buffer.from(text).toString().replace(/\n$/, '')]);
      return true;
    };
  const program = {
    argv: ['node', 'program', ...host.args],
    env: { ...host.environment },
    exitCode: undefined,
    platform: 'browser',
    versions: {},
    stdout: { write: printed('log'), isTTY: false },
    stderr: { write: printed('error'), isTTY: false },
    nextTick: (callback: Listener, ...args: unknown[]) => queueMicrotask(() => callback(...args)),
    exit: (code = 0) => host.exit(code),
    on: add,
    addListener: add,
    once,
    off: remove,
    removeListener: remove,
  };
  host.onStop(() => {
    const wantsToEnd = interrupted.size > 0;
    for (const listener of [...interrupted]) listener('SIGINT');
    return wantsToEnd;
  });
  Object.assign(globalThis, { process: program });
}
