import {
  BehaviorSubject,
  EMPTY,
  concat,
  defer,
  filter,
  finalize,
  ignoreElements,
  merge,
  switchMap,
  take,
  throwError,
  type Observable,
} from 'rxjs';

import { runOnce } from '../streams';
import { OSError } from '../usocket/contract/osError';
import { lineUart, type Line, type LineUart, type OpenLine } from './transportUart';

/**
 * Makes a {@link Uart} of a transport that can be opened again: an adapter that was unplugged, a server that has started
 * again.
 *
 *     rx$     --[a]--#              --[b]--
 *     reopen       --(open)---------(|)
 *
 * @param open Opens the line, at once. What is wrong with its arguments it throws at the first call.
 */
export function reopenable(open: () => Line): LineUart {
  const first = open();
  const { name } = first;
  const current = new BehaviorSubject<OpenLine>(lineUart(first));
  let isClosed = false;
  let reopening$: Observable<never> | undefined;
  const closed$ = defer(() => {
    isClosed = true;
    return current.value.close();
  }).pipe(runOnce());
  const closedError = (): OSError => new OSError('EBADF', 'open', `open ${name}: the line has been closed`);

  /** Completes when the line is open, or fails with what has become of it. */
  const opened = ({ rx$, readiness$ }: OpenLine): Observable<never> =>
    merge(
      concat(rx$.pipe(ignoreElements()), throwError(closedError)),
      readiness$.pipe(filter(({ writable }) => writable)),
    ).pipe(take(1), ignoreElements());
  const again = (): Observable<never> =>
    concat(
      // What is left of the one before: a port is not opened twice.
      current.value.close(),
      defer(() => {
        if (isClosed) return throwError(closedError);
        const line = lineUart(open());
        current.next(line);
        return opened(line);
      }),
    );

  return {
    rx$: defer(() => current.value.rx$),
    readiness$: current.pipe(switchMap(({ readiness$ }) => readiness$)),
    notices$: current.pipe(switchMap(({ notices$ }) => notices$ ?? EMPTY)),
    write(bytes) {
      return defer(() => current.value.write(bytes));
    },
    reopen() {
      return defer(() => {
        if (isClosed) return throwError(closedError);
        // One attempt at a time: who asks meanwhile waits for the same one.
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
    // Each line is of the same kind.
    longestPause: current.value.longestPause,
    advice: current.value.advice,
    ...(current.value.hold && {
      hold: (held: boolean) => {
        current.value.hold?.(held);
      },
    }),
  } satisfies LineUart;
}
