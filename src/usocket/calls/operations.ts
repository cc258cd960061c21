import { noop, Observable, type SchedulerLike, Subject } from 'rxjs';

import { callError, type OSError } from '../contract/osError';
import { Background } from './background';
import { SocketCall } from './socketCall';
import { TimeLimits } from './timeLimits';

/** The operations of one socket: those that calls wait for, and those in the background. Closing the socket ends them. */
export class Operations {
  readonly background = new Background();
  readonly limits = new TimeLimits();

  private readonly closing = new Subject<void>();
  /** Each ends a call that waits. */
  private readonly calls = new Set<() => void>();
  private isClosed = false;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Emits when the socket is closed. */
  get closing$(): Observable<void> {
    return this.closing.asObservable();
  }

  /**
   * Cold. Runs the operation of a call, which emits one value. Fails with `EBADF` on a closed socket, and when the socket
   * is closed meanwhile; and with the failure of an earlier non-blocking call.
   *
   * @param failed Called with the failure of the operation before the caller is told.
   */
  start<T>(
    name: string,
    operation: (call: SocketCall) => Observable<T>,
    failed: (error: unknown) => void = noop,
  ): Observable<T> {
    return new Observable((caller) => {
      this.checkOpen(name);
      this.background.throwFailure();
      let isEmpty = true;
      const end = () => {
        if (isEmpty) caller.error(closedError(name));
        else caller.complete();
      };
      this.calls.add(end);
      caller.add(() => this.calls.delete(end));
      caller.add(
        operation(new SocketCall(name, this.limits, this.scheduler)).subscribe({
          next: (value) => {
            isEmpty = false;
            caller.next(value);
          },
          error: (error: unknown) => {
            failed(error);
            caller.error(error);
          },
          complete: end,
        }),
      );
    });
  }

  /** Throws `EBADF` on a closed socket. */
  checkOpen(name: string): void {
    if (this.isClosed) throw closedError(name);
  }

  /** Ends what runs, and lets nothing start any more. The background goes on. */
  close(): void {
    this.isClosed = true;
    for (const end of this.calls) end();
    this.closing.next();
  }
}

/** Makes the error of a call on a closed socket. */
export function closedError(name: string): OSError {
  return callError(name, 'EBADF', 'the socket is closed');
}
