import { identity, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';

import { deadline } from '../../streams';
import type { Nic } from '../contract/nic';
import { Call } from './call';
import type { Direction, TimeLimit, TimeLimits } from './timeLimits';

/** One call of a method of a socket, which ends in the time that the program has set. */
export class SocketCall extends Call {
  constructor(
    name: string,
    private readonly limits: TimeLimits,
    private readonly scheduler: SchedulerLike,
  ) {
    super(name);
  }

  /** Whether the call fails or returns `null` where it would have to wait. */
  get isNonBlocking(): boolean {
    return this.limits.timeout === 0;
  }

  /** Whether calls of that direction have a time limit. */
  isTimed(direction: Direction): boolean {
    return this.limits.of(direction) !== undefined;
  }

  /**
   * Ends an operation that takes longer than the program has set: with `ETIMEDOUT` where `settimeout` has set the time,
   * with `EAGAIN` where a socket option has, as on BSD.
   *
   * @param failure What has not happened in time, for the message: `'192.168.1.9:80 did not answer'`.
   */
  deadline<T>(direction: Direction, failure: string): MonoTypeOperatorFunction<T> {
    return this.endAfter(this.limits.of(direction), failure);
  }

  /**
   * Limits an operation to the time of `settimeout`. BSD does such an operation at once, but a modem needs a command
   * for it, so a non-blocking socket waits for it, too.
   */
  setupDeadline<T>(nic: Nic): MonoTypeOperatorFunction<T> {
    return this.isNonBlocking ? identity : this.endAfter(this.limits.of(), `the interface ${nic.name} did not answer`);
  }

  private endAfter<T>(limit: TimeLimit | undefined, failure: string): MonoTypeOperatorFunction<T> {
    if (!limit) return identity;
    const { seconds, setBy } = limit;
    const code = setBy === 'settimeout' ? 'ETIMEDOUT' : 'EAGAIN';
    return deadline(seconds * 1000, {
      scheduler: this.scheduler,
      expired: () => this.error(code, `${failure} within ${seconds} s (${setBy})`),
    });
  }
}
