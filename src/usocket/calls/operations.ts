import {
  defer,
  identity,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
  Subject,
  takeUntil,
  throwIfEmpty,
} from 'rxjs';

import { deadline } from '../../streams';
import { OSError } from '../contract/osError';
import type { TimeoutOption } from './socketOption';
import { Unattended } from './unattended';

/** Which way the bytes of an operation go. */
type Direction = 'receive' | 'send';

interface Bound {
  readonly what?: string;
  readonly direction?: Direction;
}

/** The operations of one socket: how long they may take, what ends them, and what they left running. */
export class Operations {
  /** Emits when the socket is closed: whatever is under way ends then. */
  readonly closing$: Observable<void>;
  /** What non-blocking calls have begun. */
  readonly unattended = new Unattended();

  private readonly closing = new Subject<void>();
  private seconds: number | null = null;
  private readonly secondsOf: Record<Direction, number | null> = { receive: null, send: null };
  private isClosed = false;

  constructor(private readonly scheduler: SchedulerLike) {
    this.closing$ = this.closing.asObservable();
  }

  /** Whether an operation that cannot be done at once fails. */
  get isNonBlocking(): boolean {
    return this.seconds === 0;
  }

  /** The time that operations may take, in seconds; `null` for ever. */
  get timeout(): number | null {
    return this.seconds;
  }

  /** Whether an operation of that direction ends by itself. */
  isTimed(direction: Direction): boolean {
    return this.seconds !== null || this.secondsOf[direction] !== null;
  }

  /** Sets the time of the operations to come, in seconds. `EINVAL` for what is no time. */
  settimeout(seconds: number | null): void {
    if (seconds !== null && !(typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds))) {
      const message = `settimeout: a time-out is null or a number of seconds from 0 up, not ${seconds}`;
      throw new OSError('EINVAL', 'settimeout', message);
    }
    this.seconds = seconds;
  }

  /** Cold: an operation that fails with `EBADF` on a closed socket, and when the socket is closed under it. */
  start<T>(syscall: string, operation: () => Observable<T>): Observable<T> {
    return defer(() => {
      this.checkOpen(syscall);
      const failure = this.unattended.takeFailure();
      if (failure) throw failure;
      return operation();
    }).pipe(
      takeUntil(this.closing),
      throwIfEmpty(() => closedError(syscall)),
    );
  }

  /** Sets the time of the operations of one direction, where `settimeout` has set none. */
  setTimeoutOf({ name, seconds }: TimeoutOption): void {
    this.secondsOf[name === 'SO_RCVTIMEO' ? 'receive' : 'send'] = seconds;
  }

  /**
   * Ends an operation that takes longer than was set when it began: with `ETIMEDOUT` where `settimeout` has set it, with
   * `EAGAIN` where a socket option has, as BSD has it.
   *
   * @param who Whom it waits for, and `what` it says they did not do.
   */
  bounded<T>(
    syscall: string,
    who: string,
    { what = 'did not answer', direction }: Bound = {},
  ): MonoTypeOperatorFunction<T> {
    const ofOption = direction && this.seconds === null ? this.secondsOf[direction] : null;
    const seconds = ofOption ?? this.seconds;
    const [code, setter] =
      ofOption === null ? (['ETIMEDOUT', 'settimeout'] as const) : (['EAGAIN', 'setsockopt'] as const);
    return deadline(seconds === null ? null : seconds * 1000, {
      scheduler: this.scheduler,
      expired: () => new OSError(code, syscall, `${syscall}: ${who} ${what} within ${seconds} s (${setter})`),
    });
  }

  /** As {@link bounded}, for what BSD does at once and the modem in a conversation: non-blocking sockets wait for it too. */
  boundedSetup<T>(syscall: string, { name }: { readonly name: string }): MonoTypeOperatorFunction<T> {
    return this.isNonBlocking ? identity : this.bounded(syscall, `the interface ${name}`);
  }

  checkOpen(syscall: string): void {
    if (this.isClosed) throw closedError(syscall);
  }

  close(): void {
    this.isClosed = true;
    this.closing.next();
  }
}

export function closedError(syscall: string): OSError {
  return new OSError('EBADF', syscall, `${syscall}: the socket is closed`);
}
