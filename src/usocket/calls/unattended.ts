import { BehaviorSubject, catchError, EMPTY, mergeAll, type Observable, Subject } from 'rxjs';

import { OSError } from '../contract/osError';

/**
 * What non-blocking calls have begun and nobody waits for. A failure is kept for the next call to report, as BSD keeps
 * it in `SO_ERROR`.
 */
export class Unattended {
  /** The failure that no call has reported yet; replays the current one. */
  readonly failure$: Observable<OSError | undefined>;

  private readonly operations = new Subject<Observable<unknown>>();
  private readonly failure = new BehaviorSubject<OSError | undefined>(undefined);

  constructor() {
    this.failure$ = this.failure.asObservable();
    // Ends with `end`.
    this.operations.pipe(mergeAll()).subscribe();
  }

  /** Begins an operation, which runs on to its end. */
  run(operation$: Observable<unknown>): void {
    this.operations.next(
      operation$.pipe(
        catchError((error: unknown) => {
          // What fails behind it, as all that waits in a send buffer does, must not hide why.
          if (!this.failure.value) this.failure.next(asOSError(error));
          return EMPTY;
        }),
      ),
    );
  }

  /** Gives the failure and forgets it. */
  takeFailure(): OSError | undefined {
    const failure = this.failure.value;
    if (failure) this.failure.next(undefined);
    return failure;
  }

  /** Nothing more will be begun. */
  end(): void {
    this.operations.complete();
  }
}

function asOSError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  return new OSError('EIO', 'socket', 'the interface failed in what a non-blocking call had begun', { cause: error });
}
