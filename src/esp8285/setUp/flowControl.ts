import { catchError, concatMap, map, type Observable, of, tap, throwError, timer } from 'rxjs';

import { common } from '../commands/catalogue';
import { ifRefused } from '../executor/answer';
import { Unanswered } from '../executor/unanswered';
import { settling } from '../line/lineSpeed';
import { askLine, type LineSettings } from './lineSettings';
import type { Steps } from './steps';

/** Both RTS and CTS: the fifth number of `AT+UART_CUR`. */
const bothWays = 3;
/** How often the change is requested. It is repeated only after the modem has said that the setting is not in force. */
const changeTries = 2;

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
