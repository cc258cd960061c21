import {
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  switchMap,
  take,
  throwError,
} from 'rxjs';

import { runOnce } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import { type Transport, type TransportUart, transportUart } from './transportUart';

/** A {@link TransportUart} that can be opened again. */
export interface ReopenableUart extends TransportUart {
  reopen(): Observable<never>;
}

/**
 * Makes a {@link Uart} of a transport that can be opened again after it was lost: an adapter that was unplugged, a
 * serial server that has restarted.
 *
 *     rx$     --[a]--#              --[b]--
 *     reopen       --(open)---------(|)
 *
 * @param open Opens the transport, at once. It is called here for the first time, so this function throws what it
 *   throws.
 */
export function reopenableUart(open: () => Transport): ReopenableUart {
  const first = open();
  const { name } = first;
  const current = new BehaviorSubject<TransportUart>(transportUart(first));
  let isClosed = false;
  let isReferenced = true;
  const reference = (wanted: boolean): void => {
    isReferenced = wanted;
    if (wanted) current.value.ref?.();
    else current.value.unref?.();
  };
  let reopening$: Observable<never> | undefined;
  const closed$ = defer(() => {
    isClosed = true;
    return current.value.close();
  }).pipe(runOnce());
  const closedError = (): OSError => new OSError('EBADF', 'open', `open ${name}: the line has been closed`);

  /** Completes when the line is open. Errors when it is lost or closed before that. */
  const opened = ({ rx$, readiness$ }: TransportUart): Observable<never> =>
    merge(
      concat(rx$.pipe(ignoreElements()), throwError(closedError)),
      readiness$.pipe(filter(({ writable }) => writable)),
    ).pipe(take(1), ignoreElements());
  const again = (): Observable<never> =>
    concat(
      // The old transport is closed first, because a port cannot be open twice.
      current.value.close(),
      defer(() => {
        if (isClosed) return throwError(closedError);
        const uart = transportUart(open());
        if (!isReferenced) uart.unref?.();
        current.next(uart);
        return opened(uart);
      }),
    );

  return {
    rx$: defer(() => current.value.rx$),
    readiness$: current.pipe(switchMap(({ readiness$ }) => readiness$)),
    write(bytes) {
      return current.value.write(bytes);
    },
    reopen() {
      return defer(() => {
        if (isClosed) return throwError(closedError);
        // One attempt at a time. Later callers wait for the same attempt.
        reopening$ ??= again().pipe(
          finalize(() => (reopening$ = undefined)),
          runOnce(),
        );
        return reopening$;
      });
    },
    close() {
      return closed$;
    },
    port: name,
    get baudRate() {
      return current.value.baudRate;
    },
    ...(current.value.setBaudRate && {
      setBaudRate: (baudRate: number) => defer(() => current.value.setBaudRate?.(baudRate) ?? EMPTY),
    }),
    // The same for every transport that `open` gives.
    ...(current.value.notices$ && { notices$: current.pipe(switchMap(({ notices$ }) => notices$ ?? EMPTY)) }),
    longestPause: current.value.longestPause,
    get collectsFor() {
      return current.value.collectsFor;
    },
    advice: current.value.advice,
    ...(current.value.hold && {
      hold: (held: boolean) => {
        current.value.hold?.(held);
      },
    }),
    ...(current.value.expect && {
      expect: (bytes: number) => {
        current.value.expect?.(bytes);
      },
    }),
    ...(current.value.unref && { ref: () => reference(true), unref: () => reference(false) }),
  } satisfies ReopenableUart;
}
