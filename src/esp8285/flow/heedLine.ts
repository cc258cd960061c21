import { concat, concatMap, ignoreElements, type Observable, of, type SchedulerLike, timer } from 'rxjs';

import { common } from '../commands/catalogue';
import { firstMatch, ifRefused } from '../executor/answer';
import { ask } from '../executor/exchange';
import type { Wire } from '../executor/wire';

/** RTS and CTS, each side looking at the other's (`AT+UART_CUR`, its fifth number). */
const bothWays = 3;
/** Milliseconds between the `OK` of a change of the line and the next byte: the firmware wants more than 10. */
const settling = 20;

/**
 * Has the modem look at its CTS wire before it sends, and serve the line's RTS, until the next reset. Emits whether it
 * does: old firmware may refuse.
 */
export function heedLine(wire: Wire, scheduler: SchedulerLike): Observable<boolean> {
  return ask(wire, scheduler, common.askLine).pipe(
    concatMap((lines) => {
      const [, rate, bits, stop, parity, flow] = firstMatch(lines, /^\+UART_CUR:(\d+),(\d),(\d),(\d),(\d)$/) ?? [];
      if (flow === undefined) return of(false);
      if (Number(flow) === bothWays) return of(true);
      const line = [rate, bits, stop, parity].map(Number);
      return concat(
        ask(wire, scheduler, common.setLine(...line, bothWays)).pipe(ignoreElements()),
        timer(settling, scheduler).pipe(ignoreElements()),
        of(true),
      );
    }),
    ifRefused(of(false)),
  );
}
