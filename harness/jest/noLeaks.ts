import NodeEnvironment from 'jest-environment-node';

import { afterZeroTimers, turnUntil } from '../time/turns';

/** How long a closed socket or an ended process may take to be gone, in milliseconds. */
const grace = 1000;

/** How long what a failed test has left at work may take to end by itself, in milliseconds: the longest soak program. */
const graceOfFailed = 30_000;

/** Node.js has no public way to ask a timer whether it is over. */
type Timer = NodeJS.Timeout & { readonly _destroyed?: boolean };

/** What jest tells of a run, as far as it matters here. */
interface TestEvent {
  readonly name: string;
  readonly test?: { readonly errors: readonly unknown[] };
}

/**
 * Fails a spec file that leaves behind a timer, a socket, a server, a child process or an open terminal, or whose
 * leftovers fail once nobody looks: jest itself would wait for them, or end their process.
 */
export default class NoLeaksEnvironment extends NodeEnvironment {
  private readonly timers = new Set<Timer>();
  private readonly failures: unknown[] = [];
  private readonly listenersBefore = process.listeners('uncaughtException');
  private handlesBefore: string[] = [];
  private hasFailedTest = false;

  override async setup(): Promise<void> {
    await super.setup();
    // A worker of jest would end at an error between the last test and the teardown, and run the file again.
    process.removeAllListeners('uncaughtException');
    process.on('unhandledRejection', this.fail).on('uncaughtException', this.fail);
    this.watchTimers('setTimeout');
    this.watchTimers('setInterval');
    // Node.js opens these when they are first looked at, and a worker of jest has pipes for them.
    for (const stream of [process.stdout, process.stderr]) stream.writable satisfies boolean;
    this.handlesBefore = handles();
  }

  handleTestEvent({ name, test }: TestEvent): void {
    if (name === 'test_done') this.hasFailedTest ||= test !== undefined && test.errors.length > 0;
  }

  override async teardown(): Promise<void> {
    // RxJS throws an error that has no observer from such a timer.
    await afterZeroTimers();
    const timers = [...this.timers].filter((timer) => timer._destroyed === false && timer.hasRef());
    // What a test was at when it failed ends by its own deadlines, and would count as the next file's until then.
    if (!this.hasFailedTest) timers.forEach(clearTimeout);
    await turnUntil(() => this.openHandles().length === 0, this.hasFailedTest ? graceOfFailed : grace);
    const left = [...timers.map(() => 'Timeout'), ...this.openHandles()];
    timers.forEach(clearTimeout);

    await super.teardown();
    process.off('unhandledRejection', this.fail).off('uncaughtException', this.fail);
    for (const listener of this.listenersBefore) process.on('uncaughtException', listener);
    // The failure of a test says more than what it has left.
    if (this.hasFailedTest) return;
    if (this.failures.length > 0) throw this.failures[0];
    if (left.length > 0) {
      const error = new Error(
        `left open: ${left.join(', ')}; \`npx jest --detectOpenHandles <file>\` shows where from`,
      );
      error.stack = ''; // It would show this file.
      throw error;
    }
  }

  private readonly fail = (reason: unknown): void => void this.failures.push(reason);

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
