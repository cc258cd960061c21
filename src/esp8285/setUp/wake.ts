import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  type Observable,
  take,
  tap,
  throwError,
  TimeoutError,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common, longestSend } from '../commands/catalogue';
import { answer, Refusal } from '../executor/answer';
import { insist } from '../executor/insist';
import { padSend } from '../executor/padSend';
import type { Wire } from '../executor/wire';
import { findSpeed } from './findSpeed';

/** Milliseconds that the modem has to answer one `AT`. It may be starting, and a busy modem is asked once a second. */
const wakePatience = 1_500;
const wakeTries = 4;
/** Milliseconds of silence around the `+++` that ends passthrough. */
const escapeSilence = 1_100;

/**
 * Gets an answer from a modem in an unknown state: idle, starting, with half a command in its buffer, busy with a
 * command of another program, in passthrough, or waiting for the bytes of a send, at the speed of the line or at
 * another one that it may have been left at.
 *
 * Completes at the first `OK`. Errors with `EIO` when nothing comes at all, and with `EPROTO` when the answers make no
 * sense.
 */
export function wake(wire: Wire): Observable<never> {
  return defer(() => {
    let isHeard = false;
    const ask = (tries: number, keepsSpeed = false) => {
      const ok$ = wire.frames$.pipe(answer(common.test));
      return insist(wire, common.test, ok$, { patience: wakePatience, tries, keepsSpeed });
    };
    const silence$ = timer(escapeSilence, wire.clock).pipe(ignoreElements());
    const leavePassthrough$ = concat(silence$, wire.write(Buffer.from('+++')), silence$);
    const hearing$ = wire.received$.pipe(
      tap(() => (isHeard = true)),
      ignoreElements(),
    );
    // Twice, because outside passthrough the first line is `+++AT`, which is refused.
    const escaped$ = concat(wire.discardUnfinished(), leavePassthrough$, ask(2, true));
    const padded$ = concat(padSend(wire, longestSend), ask(wakeTries, true));
    const answered$ = ask(wakeTries).pipe(
      catchError(() => wire.speed.atAny(wakePatience, () => escaped$)),
      catchError(() => wire.speed.atAny(wakePatience, () => padded$)),
    );
    return merge(hearing$, concat(wire.speed.isSought ? seek(wire) : EMPTY, answered$)).pipe(
      take(1),
      catchError((cause: unknown) => throwError(() => noAnswer(isHeard, cause))),
      ignoreElements(),
    );
  });
}

/** Finds the speed of the modem, and completes. */
function seek(wire: Wire): Observable<never> {
  const { speed, received$, clock } = wire;
  const found$ = defer(() =>
    findSpeed({
      received$,
      current: speed.current,
      clock,
      change: (baud) => speed.change(baud),
      write: (bytes) => wire.write(bytes),
    }),
  ).pipe(
    tap((baud) => {
      speed.found(baud);
    }),
    ignoreElements(),
  );
  return concat(speed.opened$, found$);
}

function noAnswer(isHeard: boolean, cause: unknown): unknown {
  if (!(cause instanceof Refusal || cause instanceof TimeoutError)) return cause;
  return isHeard
    ? new OSError(
        'EPROTO',
        'modem',
        "what comes from the modem makes no sense; the baud rate is wrong, most likely: try the option baud: 'auto', which finds it",
        { cause },
      )
    : new OSError(
        'EIO',
        'modem',
        'the modem is silent: it has not answered AT; check that the port is the right one, that no other program uses it, the power supply, that TX goes to RX and RX to TX, and the baud rate',
        { cause },
      );
}
