import { BehaviorSubject, defer, Observable, Subject, type Subscriber, Subscription, tap } from 'rxjs';

import { type LineAdvice, type Readiness, runOnce, sameReadiness, type Uart } from '../../streams';
import { OSError } from '../../usocket/contract/osError';

/** A {@link Uart} whose operations are cold observables. */
export interface TransportUart extends Uart {
  write(bytes: Uint8Array): Observable<never>;
  readonly setBaudRate?: (baudRate: number) => Observable<never>;
  close(): Observable<never>;
}

/** What carries the bytes of a serial line: a port of this machine, or a connection to a serial server. */
export interface Transport {
  /** For messages: `'/dev/ttyUSB0'`. */
  readonly name: string;
  /** The bytes received. Subscribed to once, at once, until the line is closed. Errors when the line is lost. */
  readonly received$: Observable<Uint8Array>;
  /** Whether a write would be taken without waiting. */
  readonly writable$: Observable<boolean>;
  /** See {@link Uart.notices$}. Never errors. */
  readonly notices$?: Observable<string> | undefined;
  /** Cold. Sends bytes, in the order of subscription, and completes when the transport can take more. */
  send(bytes: Uint8Array): Observable<never>;
  /** See {@link Uart.hold}. */
  readonly hold?: ((held: boolean) => void) | undefined;
  /** See {@link Uart.expect}. */
  readonly expect?: ((bytes: number) => void) | undefined;
  /** The speed with which it is opened, in bits per second; `undefined` as long as that is not known. */
  readonly baudRate?: number | undefined;
  /** Cold. Changes the speed after the bytes sent so far, and completes when it has it; see {@link Uart.setBaudRate}. */
  readonly setBaudRate?: ((baudRate: number) => Observable<never>) | undefined;
  /** See {@link Uart.longestPause}. */
  readonly longestPause: number;
  /** See {@link Uart.collectsFor}. */
  readonly collectsFor?: number | undefined;
  /** See {@link Uart.advice}. */
  readonly advice?: LineAdvice | undefined;
  /** Says whether the open line keeps the program running; see {@link Uart.ref}. */
  readonly reference?: ((isReferenced: boolean) => void) | undefined;
  /** Cold, subscribed to once. Closes the port or the connection, and completes when it is closed. Never errors. */
  release(): Observable<never>;
}

const idle: Readiness = { readable: false, writable: false, hangup: false, error: false };
const closed: Readiness = { ...idle, readable: true, hangup: true };
const lost: Readiness = { ...closed, error: true };

/**
 * Makes a {@link Uart} of a transport. Bytes come whether or not there is a subscriber. The error of a lost line goes
 * to every reader and writer, including later ones. Closing ends every wait.
 *
 *     received$  --[a]--[b]--------#
 *     rx$        --[a]--[b]--------#      (or | after close)
 *     write      ---------(| when taken)-#
 */
export function transportUart(transport: Transport): TransportUart {
  const rx = new Subject<Uint8Array>();
  const operations = new Set<Subscriber<never>>();
  /** Makes the error of an operation, since the line has ended. */
  let endError: (() => unknown) | undefined;
  const readiness = new BehaviorSubject(idle);
  const line = new Subscription();
  const enter = (state: Readiness): void => {
    if (!sameReadiness(state, readiness.value)) readiness.next(state);
  };
  const closedError = (): OSError =>
    new OSError('EBADF', 'write', `write to ${transport.name}: the line has been closed; open it again`);
  const finish = (state: Readiness, makeError: () => unknown, tellReaders: () => void): void => {
    line.unsubscribe();
    // The state changes first, so that whoever hears of the end finds it in the state.
    endError = makeError;
    enter(state);
    tellReaders();
    for (const operation of operations) operation.error(makeError());
  };
  const lose = (error: unknown): void =>
    finish(
      lost,
      () => error,
      () => rx.error(error),
    );
  const end = (): void => {
    if (!line.closed) finish(closed, closedError, () => rx.complete());
  };
  const { setBaudRate, reference } = transport;
  /** The speed after the first change. */
  let changed: number | undefined;
  /** An operation fails with the end of the line, and does nothing after it. Written by hand, because each write is one. */
  const whileOpen = (operation$: Observable<never>): Observable<never> =>
    new Observable((subscriber) => {
      if (endError) {
        subscriber.error(endError());
        return;
      }
      operations.add(subscriber);
      subscriber.add(() => operations.delete(subscriber));
      operation$.subscribe(subscriber);
    });
  const closed$ = defer(() => {
    end();
    return transport.release();
  }).pipe(runOnce());

  // By hand, because each line has it all the time.
  line.add(
    transport.writable$.subscribe({
      next: (writable) => {
        enter({ ...idle, writable });
      },
      error: lose,
    }),
  );
  line.add(
    transport.received$.subscribe({
      next: (bytes) => {
        rx.next(bytes);
      },
      error: lose,
      complete: end,
    }),
  );
  return {
    rx$: rx.asObservable(),
    readiness$: readiness.asObservable(),
    write(bytes) {
      return whileOpen(transport.send(bytes));
    },
    get baudRate() {
      return changed ?? transport.baudRate;
    },
    ...(setBaudRate && {
      setBaudRate: (wanted: number) => whileOpen(setBaudRate(wanted).pipe(tap({ complete: () => (changed = wanted) }))),
    }),
    close() {
      return closed$;
    },
    longestPause: transport.longestPause,
    collectsFor: transport.collectsFor,
    ...(transport.advice && { advice: transport.advice }),
    ...(transport.notices$ && { notices$: transport.notices$ }),
    ...(transport.hold && { hold: transport.hold }),
    ...(transport.expect && { expect: transport.expect }),
    ...(reference && { ref: () => reference(true), unref: () => reference(false) }),
  } satisfies TransportUart;
}
