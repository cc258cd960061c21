import { setImmediate as nextTurn } from 'node:timers/promises';

import NodeEnvironment from 'jest-environment-node';

/** How long a closed socket or an ended process may take to be gone, in milliseconds. */
const grace = 2000;

/**
 * Fails a spec file that leaves behind a timer, a socket, a server, a child process or an open terminal, or whose
 * leftovers fail once nobody looks: jest itself would wait for them, or end their process.
 */
export default class NoLeaksEnvironment extends NodeEnvironment {
  private before: string[] = [];

  override async setup(): Promise<void> {
    await super.setup();
    this.before = process.getActiveResourcesInfo();
  }

  override async teardown(): Promise<void> {
    const failures: unknown[] = [];
    const fail = (reason: unknown): void => void failures.push(reason);
    process.on('unhandledRejection', fail).on('uncaughtException', fail);

    const deadline = Date.now() + grace;
    await nextTurn();
    // What is closing goes by itself; a timer goes by going off.
    while (this.left().some((kind) => kind !== 'Timeout') && Date.now() < deadline) await nextTurn();
    const left = this.left();

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

  /** What keeps the process alive now and did not before, by kind. */
  private left(): string[] {
    const before = [...this.before];
    return process.getActiveResourcesInfo().filter((kind) => {
      const known = before.indexOf(kind);
      if (known >= 0) before.splice(known, 1);
      return known < 0;
    });
  }
}
