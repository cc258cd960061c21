import {
  BehaviorSubject,
  NEVER,
  ReplaySubject,
  Subject,
  catchError,
  concat,
  connectable,
  defer,
  distinctUntilChanged,
  endWith,
  ignoreElements,
  map,
  merge,
  of,
  take,
  takeUntil,
  throwError,
  type Observable,
} from 'rxjs';

import { type LineAdvice, type Readiness, runOnce, sameReadiness, type Uart } from '../streams';
import { OSError } from '../usocket/contract/osError';

/** A {@link Uart} whose operations are cold observables. */
export interface LineUart extends OpenLine {
  reopen(): Observable<never>;
}

/** The same, until it is lost. */
export interface OpenLine extends Uart {
  write(bytes: Uint8Array): Observable<never>;
  close(): Observable<never>;
}

/** What a transport has to bring along to become a {@link Uart}. */
export interface Line {
  /** For messages: `'/dev/ttyUSB0'`. */
  readonly name: string;
  /** The bytes received. Subscribed to once, at once, until the line is closed. Errors when the line is lost. */
  readonly received$: Observable<Uint8Array>;
  /** Whether a write would be taken without waiting. */
  readonly writable$: Observable<boolean>;
  /** See {@link Uart.notices$}. Never errors. */
  readonly notices$?: Observable<string> | undefined;
  /** Cold. Sends bytes, in the order of subscription, and completes when the line can take more. */
  send(bytes: Uint8Array): Observable<never>;
  /** See {@link Uart.hold}. */
  readonly hold?: ((held: boolean) => void) | undefined;
  /** See {@link Uart.longestPause}. */
  readonly longestPause: number;
  /** See {@link Uart.advice}. */
  readonly advice?: LineAdvice | undefined;
  /** Cold, subscribed to once. Gives the line back and completes when that is done. Never errors. */
  release(): Observable<never>;
}

const idle: Readiness = { readable: false, writable: false, hangup: false, error: false };
const closed: Readiness = { ...idle, readable: true, hangup: true };
const lost: Readiness = { ...closed, error: true };

/**
 * Makes a {@link Uart} of a transport, and keeps its promises: bytes come whether or not anyone listens, a lost line
 * tells its error to everyone, also later, and closing ends every wait.
 *
 *     received$  --[a]--[b]--------#
 *     rx$        --[a]--[b]--------#      (or | after close)
 *     write      ---------(| when taken)-#
 */
export function lineUart(line: Line): OpenLine {
  const closing = new ReplaySubject<void>(1);
  const rx$ = connectable(line.received$.pipe(takeUntil(closing)), {
    connector: () => new Subject(),
    resetOnDisconnect: false,
  });
  const ended$ = rx$.pipe(ignoreElements());
  const readiness$ = connectable(
    merge(
      line.writable$.pipe(
        map((writable): Readiness => ({ ...idle, writable })),
        takeUntil(
          ended$.pipe(
            endWith(null),
            catchError(() => of(null)),
          ),
        ),
      ),
      ended$.pipe(
        endWith(closed),
        catchError(() => of(lost)),
      ),
      NEVER, // A subject that has completed would tell a late subscriber nothing.
    ).pipe(distinctUntilChanged(sameReadiness)),
    { connector: () => new BehaviorSubject(idle), resetOnDisconnect: false },
  );
  const closedError = (): OSError =>
    new OSError('EBADF', 'write', `write to ${line.name}: the line has been closed; open it again`);
  const closed$ = defer(() => {
    closing.next();
    return line.release();
  }).pipe(runOnce());

  readiness$.connect();
  rx$.connect();
  return {
    rx$,
    readiness$,
    write(bytes) {
      const failed$ = concat(ended$, throwError(closedError));
      // The end of the line comes first: with it, nothing is sent any more.
      return merge(failed$, line.send(bytes).pipe(endWith(null))).pipe(take(1), ignoreElements());
    },
    close() {
      return closed$;
    },
    longestPause: line.longestPause,
    ...(line.advice && { advice: line.advice }),
    ...(line.notices$ && { notices$: line.notices$ }),
    ...(line.hold && { hold: line.hold }),
  } satisfies OpenLine;
}
