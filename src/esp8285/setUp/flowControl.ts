import { catchError, concatMap, map, type Observable, of, tap, throwError, timer } from 'rxjs';

import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import { ifRefused } from '../executor/answer';
import { Unanswered } from '../executor/unanswered';
import type { Steps } from './steps';

/** Both RTS and CTS: the fifth number of `AT+UART_CUR`. */
const bothWays = 3;
/** Milliseconds between the `OK` of a change of the line and the next byte. The firmware needs more than 10. */
const settling = 20;
/** How often the change is requested. It is repeated only after the modem has said that the setting is not in force. */
const changeTries = 2;

type LineSettings = readonly [rate: number, bits: number, stop: number, parity: number, flow: number];

/**
 * Makes the modem use flow control until its next start: it sends only while its CTS allows it, and drives RTS. Emits
 * whether it does so, because old firmware may refuse. The change may destroy its own `OK`, so the modem is then asked
 * for its settings.
 */
export function enableFlowControl(steps: Steps): Observable<boolean> {
  return askLine(steps).pipe(
    concatMap((line) => (line && line[4] !== bothWays ? change(steps, line, changeTries) : of(line !== undefined))),
    tap((isEnabled) => {
      if (!isEnabled) steps.wire.note('the modem does not take flow control of the line: it is used without');
    }),
  );
}

function change(steps: Steps, [rate, bits, stop, parity]: LineSettings, triesLeft: number): Observable<boolean> {
  return steps.need(common.setLine(rate, bits, stop, parity, bothWays), { tries: 1, refusals: 1 }).pipe(
    concatMap(() => timer(settling, steps.wire.clock)),
    map(() => true),
    ifRefused(of(false)),
    catchError((error: unknown) => {
      if (!(error instanceof Unanswered)) return throwError(() => error);
      return askLine(steps).pipe(
        concatMap((line) => {
          if (!line || line[4] === bothWays) return of(line !== undefined);
          return triesLeft > 1 ? change(steps, line, triesLeft - 1) : of(false);
        }),
      );
    }),
  );
}

/** Emits `undefined` when the firmware does not show the settings of the line. */
function askLine(steps: Steps): Observable<LineSettings | undefined> {
  return steps.ask(common.askLine).pipe(
    map((lines) => {
      const found = firstMatch(lines, /^\+UART(?:_CUR)?:\s*(\d+),(\d),(\d),(\d),(\d)$/);
      if (!found) return undefined;
      const [, rate, bits, stop, parity, flow] = found.map(Number);
      return [rate ?? 0, bits ?? 8, stop ?? 1, parity ?? 0, flow ?? 0];
    }),
  );
}
