import { catchError, EMPTY, type MonoTypeOperatorFunction, Observable, Subject, takeUntil, tap } from 'rxjs';

import { LazyState } from '../../streams/internal';
import { OSError } from '../contract/osError';

/**
 * What a socket does while no call waits for it: the sends that non-blocking calls have begun, and those that go on after
 * `send` with `sendAhead`. The next call reports a failure, as `SO_ERROR` of BSD does.
 */
export class Background {
  private readonly failure = new LazyState<OSError | undefined>(undefined);
  private isEnded = false;

  /** The failure that no call has reported yet. Replays the current one. */
  get failure$(): Observable<OSError | undefined> {
    return this.failure.state$;
  }

  /** Begins an operation, which runs to its end. */
  run(operation$: Observable<unknown>): void {
    if (this.isEnded) return;
    operation$.subscribe({
      error: (error: unknown) => {
        // Only the first failure shows the reason, because everything after it in the send buffer fails, too.
        if (!this.failure.value) this.failure.next(asOSError(error));
      },
    });
  }

  /**
   * Cold. Begins an operation, and emits its first value. The operation then goes on in the background. Unsubscribing
   * before that cancels it.
   *
   *     operation$        --a----#
   *     runPastFirst      --(a|)       The next call reports the failure.
   */
  runPastFirst<T>(operation$: Observable<T>): Observable<T> {
    return new Observable((caller) => {
      const cancelled = new Subject<void>();
      let isPast = false;
      const goOn = (value: T) => {
        if (isPast) return;
        isPast = true;
        caller.next(value);
        caller.complete();
      };
      const fail = (error: unknown) => {
        if (isPast) throw error;
        caller.error(error);
        return EMPTY;
      };
      this.run(
        operation$.pipe(tap({ next: goOn, complete: () => caller.complete() }), catchError(fail), takeUntil(cancelled)),
      );
      return () => {
        if (!isPast) cancelled.next();
      };
    });
  }

  /** Throws the failure that no call has reported yet, and forgets it. */
  throwFailure(): void {
    const failure = this.failure.value;
    if (!failure) return;
    this.failure.next(undefined);
    throw failure;
  }

  /** A call that fails reports the failure that no call has reported yet, because that has come first. */
  reportFirst<T>(): MonoTypeOperatorFunction<T> {
    return catchError((error: unknown) => {
      this.throwFailure();
      throw error;
    });
  }

  /** Accepts no more operations. Those that run go on. */
  end(): void {
    this.isEnded = true;
  }
}

function asOSError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  return new OSError('EIO', 'socket', 'the interface failed in what an earlier call had begun', { cause: error });
}
