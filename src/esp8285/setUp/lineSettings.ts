import { map, type Observable } from 'rxjs';

import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import type { Steps } from './steps';

/** The settings of the modem's end of the line, in the order of `AT+UART_CUR`. */
export type LineSettings = readonly [rate: number, bits: number, stop: number, parity: number, flow: number];

/** Emits `undefined` when the firmware does not show the settings of the line. */
export function askLine(steps: Steps): Observable<LineSettings | undefined> {
  return steps.ask(common.askLine).pipe(
    map((lines) => {
      const found = firstMatch(lines, /^\+UART(?:_CUR)?:\s*(\d+),(\d),(\d),(\d),(\d)$/);
      if (!found) return undefined;
      const [, rate, bits, stop, parity, flow] = found.map(Number);
      return [rate ?? 0, bits ?? 8, stop ?? 1, parity ?? 0, flow ?? 0];
    }),
  );
}
