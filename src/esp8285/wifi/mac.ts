import { map, type Observable } from 'rxjs';

import type { Catalogue } from '../commands/catalogue';
import { firstMatch } from '../commands/answerLines';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/**
 * Asks for the hardware address of the modem's station, and emits it as `'aa:bb:cc:dd:ee:ff'`.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
 */
export function mac(executor: Executor, { askMac }: Catalogue): Observable<string> {
  return executor.run(simpleExchange(askMac)).pipe(
    map((lines) => {
      const address = firstMatch(lines, /^\+CIPSTAMAC(?:_CUR|_DEF)?: *"?((?:[\da-f]{2}[:-]){5}[\da-f]{2})"?$/i)?.[1];
      if (address === undefined) throw Refusal.without('an address', askMac.shown, lines);
      return address.toLowerCase().replaceAll('-', ':');
    }),
    withCommandError('mac'),
  );
}
