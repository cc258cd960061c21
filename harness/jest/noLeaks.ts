import NodeEnvironment from 'jest-environment-node';

import { afterZeroTimers, turnUntil } from '../time/turns';

/** Milliseconds that a closed socket or an ended process may take to be gone. */
const grace = 1000;

/** Milliseconds for the work that a failed test has left to end by itself: as long as the longest soak program. */
const graceOfFailed = 30_000;

/** Node.js has no public way to ask whether a timer is over, and how many milliseconds it was set for. */
type Timer = NodeJS.Timeout & { readonly _destroyed?: boolean; readonly _idleTimeout?: number };

/** The part of jest's events that is used here. */
interface TestEvent {
  readonly name: string;
  readonly test?: { readonly errors: readonly unknown[] };
}

/**
 * Fails a spec file that leaves a timer, a socket, a server, a child process or an open terminal behind, or that leaves an
 * error uncaught. Jest itself would wait for these, or end the process.
 */
export default class NoLeaksEnvironment extends NodeEnvironment {
  private readonly timers = new Set<Timer>();
  private readonly failures: unknown[] = [];
  private readonly listenersBefore = process.listeners('uncaughtException');
  private handlesBefore: string[] = [];
  private hasFailedTest = false;

  override async setup(): Promise<void> {
    await super.setup();
    // After an uncaught error between the last test and the teardown, jest's worker would end and run the file again.
    process.removeAllListeners('uncaughtException');
    process.on('unhandledRejection', this.fail).on('uncaughtException', this.fail);
    this.watchTimers('setTimeout');
    this.watchTimers('setInterval');
    // Node.js opens these streams at the first access. In a worker of jest they are pipes, which count as handles.
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
    // A timer that is cleared forgets its length, which tells whose it is.
    const lengths = timers.map(({ _idleTimeout }) => `Timeout of ${_idleTimeout ?? '?'} ms`);
    // The work of a failed test ends by its own deadlines. Until then it would count as work of the next file.
    if (!this.hasFailedTest) timers.forEach(clearTimeout);
    await turnUntil(() => this.openHandles().length === 0, this.hasFailedTest ? graceOfFailed : grace);
    const left = [...lengths, ...this.openHandles()];
    timers.forEach(clearTimeout);

    await super.teardown();
    process.off('unhandledRejection', this.fail).off('uncaughtException', this.fail);
    for (const listener of this.listenersBefore) process.on('uncaughtException', listener);
    // The failure of a test says more than its leftovers.
    if (this.hasFailedTest) return;
    if (this.failures.length > 0) throw this.failures[0];
    if (left.length > 0) {
      const error = new Error(
        `left open: ${left.join(', ')}; \`npx jest --detectOpenHandles <file>\` shows where from`,
      );
      error.stack = ''; // The stack would show this file.
      throw error;
    }
  }

  private readonly fail = (reason: unknown): void => void this.failures.push(reason);

  /** Counts the timers of the specs only, because jest's reporters have timers as well. */
  private watchTimers(name: 'setTimeout' | 'setInterval'): void {
    const original = this.global[name];
    const watched = (callback: () => void, ...args: []): NodeJS.Timeout => {
      const timer = original(callback, ...args);
      this.timers.add(timer);
      return timer;
    };
    Object.assign(this.global, { [name]: Object.assign(watched, original) });
  }

  /** The kinds of handles that keep the process alive now and did not before. */
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
