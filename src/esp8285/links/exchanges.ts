import { catchError, concat, defer, map, type Observable, of, retry, throwError } from 'rxjs';

import { common } from '../commands/catalogue';
import { ifRefused } from '../executor/answer';
import { askOnce, type Exchange, simpleExchange, slowestByte, tryTo, usualDeadline } from '../executor/exchange';
import { AnswerLost } from '../executor/unanswered';
import { quiet, type WhileAtWorkOptions } from '../executor/whileAtWork';
import type { Reception } from './reception';

/** Bytes of the answer to a read besides the data. */
const around = 64;

/** How a read has ended. */
export interface Reading {
  /** The end of the answer was lost, and perhaps the data with it: what waits now may have come since. */
  readonly isLost: boolean;
}

/** Asks for bytes that wait in the modem. They come as a block of the link; nothing is emitted for them here. */
export function readExchange(link: number, size: number): Exchange<Reading> {
  const command = common.receive(link, size);
  // A modem that stays silent in it has the usual deadline.
  const options: WhileAtWorkOptions = { longest: size + around, patience: usualDeadline - quiet, tries: 1 };
  return {
    shown: command.shown,
    deadline: Math.max(usualDeadline, 2 * slowestByte * size),
    converse: (wire) =>
      wire.expectingDataOf(
        link,
        askOnce(wire, command, () => options).pipe(
          map(() => ({ isLost: false })),
          catchError((error: unknown) => {
            if (!(error instanceof AnswerLost)) return throwError(() => error);
            return of({ isLost: true });
          }),
        ),
        size,
      ),
  };
}

/** @param isGone Whether the link has ended by itself: closing its number then would close another's connection. */
export function closeExchange(link: number, isGone: () => boolean): Exchange<readonly string[]> {
  const exchange = simpleExchange(common.close(link), undefined, askOnce);
  return {
    ...exchange,
    converse: (wire): Observable<readonly string[]> =>
      defer(() => (isGone() ? of([]) : exchange.converse(wire))).pipe(
        retry({
          count: 1,
          delay: (error: unknown) => (error instanceof AnswerLost ? of(true) : throwError(() => error)),
        }),
      ),
  };
}

/** As {@link closeExchange}, with a reset. The number keeps its mode for whichever connection has it next: it is taken back. */
export function breakOffExchange(
  link: number,
  isGone: () => boolean,
  reception: Reception,
): Exchange<readonly string[]> {
  const exchange = closeExchange(link, isGone);
  return {
    ...exchange,
    converse: (wire) =>
      defer(() => {
        if (isGone()) return of([]);
        const setMode = (resets: boolean) => tryTo(wire, reception.closeModeOf(link, resets));
        return concat(setMode(true), exchange.converse(wire).pipe(ifRefused(of([]))), setMode(false));
      }),
  };
}
