import { shownValue } from '../contract/messageOf';
import { callError } from '../contract/osError';
import type { TimeoutChange } from './optionChange';

/** Which way the bytes of a call go. */
export type Direction = 'receive' | 'send';

/** How long a call may take, and which method has set that time. */
export interface TimeLimit {
  readonly seconds: number;
  readonly setBy: 'settimeout' | 'setsockopt';
}

/** How long the calls of one socket may take: the time of `settimeout`, or else that of `SO_RCVTIMEO` or `SO_SNDTIMEO`. */
export class TimeLimits {
  private seconds: number | null = null;
  private readonly optionSeconds: Record<Direction, number | null> = { receive: null, send: null };

  /** The time of `settimeout`, in seconds. `null` is no limit, 0 makes the socket non-blocking. */
  get timeout(): number | null {
    return this.seconds;
  }

  /** Throws `EINVAL` for a value that is not a time. */
  set timeout(seconds: number | null) {
    if (seconds !== null && !(typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds))) {
      const reason = `a time-out is null or a number of seconds from 0 up, not ${shownValue(seconds)}`;
      throw callError('settimeout', 'EINVAL', reason);
    }
    this.seconds = seconds;
  }

  setOption({ name, seconds }: TimeoutChange): void {
    this.optionSeconds[name === 'SO_RCVTIMEO' ? 'receive' : 'send'] = seconds;
  }

  /** The limit of a call; `undefined` if it has none. */
  of(direction?: Direction): TimeLimit | undefined {
    if (this.seconds !== null) return { seconds: this.seconds, setBy: 'settimeout' };
    const seconds = direction ? this.optionSeconds[direction] : null;
    return seconds === null ? undefined : { seconds, setBy: 'setsockopt' };
  }
}
