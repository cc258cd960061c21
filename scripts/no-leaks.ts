import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import NodeEnvironment from 'jest-environment-node';

/** How long a closed socket or an ended process may take to be gone, in milliseconds. */
const grace = 1000;

/** When an error that nobody observes is thrown, in milliseconds: RxJS does so by a timer of none. */
const soon = 10;

/** Node.js has no public way to ask a timer whether it is over. */
type Timer = NodeJS.Timeout & { readonly _destroyed?: boolean };

/**
 * Fails a spec file that leaves behind a timer, a socket, a server, a child process or an open terminal, or whose
 * leftovers fail once nobody looks: jest itself would wait for them, or end their process.
 */
export default class NoLeaksEnvironment extends NodeEnvironment {
  private readonly timers = new Set<Timer>();
  private handlesBefore: string[] = [];

  override async setup(): Promise<void> {
    await super.setup();
    this.watchTimers('setTimeout');
    this.watchTimers('setInterval');
    this.handlesBefore = handles();
  }

  override async teardown(): Promise<void> {
    const failures: unknown[] = [];
    const fail = (reason: unknown): void => void failures.push(reason);
    process.on('unhandledRejection', fail).on('uncaughtException', fail);

    await delay(soon);
    const timers = [...this.timers].filter((timer) => timer._destroyed === false && timer.hasRef());
    timers.forEach(clearTimeout);
    const deadline = Date.now() + grace;
    while (this.openHandles().length > 0 && Date.now() < deadline) await nextTurn();
    const left = [...timers.map(() => 'Timeout'), ...this.openHandles()];

    await super.teardown();
    process.off('unhandledRejection', fail).off('uncaughtException', fail);
    if (failures.length > 0) throw failures[0];
    if (left.length > 0) {
      const error = new Error(
        `left open: ${left.join(', ')}; \`npx jest --detectOpenHandles <file>\` shows where from`,
      );
      error.stack = ''; // It would show this file.
      throw error;
    }
  }

  /** Jest's reporters have timers too, so counting all of the process would not do. */
  private watchTimers(name: 'setTimeout' | 'setInterval'): void {
    const original = this.global[name];
    const watched = (callback: () => void, ...args: []): NodeJS.Timeout => {
      const timer = original(callback, ...args);
      this.timers.add(timer);
      return timer;
    };
    Object.assign(this.global, { [name]: Object.assign(watched, original) });
  }

  /** What keeps the process alive now and did not before, by kind. */
  private openHandles(): string[] {
    const before = [...this.handlesBefore];
    return handles().filter((kind) => {
      const known = before.indexOf(kind);
      if (known >= 0) before.splice(known, 1);
      return known < 0;
    });
  }
}

function handles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate');
}
