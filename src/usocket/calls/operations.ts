import {
  catchError,
  defer,
  noop,
  Observable,
  type Observer,
  type SchedulerLike,
  type Subscriber,
  Subject,
  throwError,
} from 'rxjs';

import { callError, ofCall, type OSError } from '../contract/osError';
import type { TracedSocket } from '../contract/socketTrace';
import { Background } from './background';
import { SocketCall } from './socketCall';
import { TimeLimits } from './timeLimits';

/** The operations of one socket: those that calls wait for, and those in the background. Closing the socket ends them. */
export class Operations {
  readonly background = new Background();
  readonly limits = new TimeLimits();
  /** Follows the calls, if the interface can be watched. */
  traced: TracedSocket | undefined;

  private readonly closing = new Subject<void>();
  private readonly calls = new Set<Pick<RunningCall<unknown>, 'complete'>>();
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
   * @param asked What the call is about, for those who watch: see `askedText`.
   * @param failed Called with the failure of the operation before the caller is told.
   */
  start<T>(
    name: string,
    asked: unknown,
    operation: (call: SocketCall) => Observable<T>,
    failed: (error: unknown) => void = noop,
  ): Observable<T> {
    const run = (caller: Subscriber<T>): void => {
      this.checkOpen(name);
      this.background.throwFailure();
      const running = new RunningCall(name, caller, failed);
      this.calls.add(running);
      caller.add(() => this.calls.delete(running));
      caller.add(operation(new SocketCall(name, this.limits, this.scheduler)).subscribe(running));
    };
    return new Observable((caller) =>
      this.traced?.isWatched ? this.traced.follow(name, asked, new Observable(run)).subscribe(caller) : run(caller),
    );
  }

  /**
   * Shows a call to those who watch when it begins.
   *
   * @param isRepeating Whether the call is a read that goes on after each value.
   */
  followed<T>(name: string, asked: unknown, call$: Observable<T>, isRepeating = false): Observable<T> {
    const { traced } = this;
    const named$ = call$.pipe(catchError((error: unknown) => throwError(() => ofCall(name, error))));
    if (!traced) return named$;
    return defer(() => (traced.isWatched ? traced.follow(name, asked, named$, isRepeating) : named$));
  }

  /** Throws `EBADF` on a closed socket. */
  checkOpen(name: string): void {
    if (this.isClosed) throw closedError(name);
  }

  /** Ends what runs, and lets nothing start any more. The background goes on. */
  close(): void {
    this.isClosed = true;
    for (const call of this.calls) call.complete();
    this.closing.next();
    this.traced?.remove();
  }
}

/** A call that waits for its operation. An object, because each socket that is read has one. */
class RunningCall<T> implements Observer<T> {
  private isEmpty = true;

  constructor(
    private readonly name: string,
    private readonly caller: Subscriber<T>,
    private readonly failed: (error: unknown) => void,
  ) {}

  next(value: T): void {
    this.isEmpty = false;
    this.caller.next(value);
  }

  error(error: unknown): void {
    this.failed(error);
    this.caller.error(ofCall(this.name, error));
  }

  /** The operation has ended, or the socket is closed. */
  complete(): void {
    if (this.isEmpty) this.caller.error(closedError(this.name));
    else this.caller.complete();
  }
}

/** Makes the error of a call on a closed socket. */
export function closedError(name: string): OSError {
  return callError(name, 'EBADF', 'the socket is closed');
}
