import { map, type Observable } from 'rxjs';

import { common } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { firstMatch } from '../commands/answerLines';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { sequence, simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { requireNamesAndClock } from './requireNamesAndClock';

/**
 * Asks for the name under which the modem asks for an address.
 *
 * Throws `EOPNOTSUPP` for firmware before AT 1.4. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it
 * refuses.
 */
export function hostname(executor: Executor, dialect: Dialect): Observable<string> {
  requireNamesAndClock(dialect, 'hostname');
  return executor.run(simpleExchange(common.askHostname)).pipe(
    map((lines) => {
      const name = firstMatch(lines, /^\+CWHOSTNAME: *(?:"(.*)"|(.*))$/);
      if (!name) throw Refusal.without('a name', common.askHostname.shown, lines);
      return name[1] ?? name[2] ?? '';
    }),
    withCommandError('hostname'),
  );
}

/**
 * Sets that name, 1 to 32 bytes; the network hears of it with the next join.
 *
 * Throws `EINVAL` for a name that cannot be sent, `EOPNOTSUPP` for firmware before AT 1.4. Errors: `ETIMEDOUT` when the
 * modem does not answer, `EIO` when it refuses.
 */
export function setHostname(executor: Executor, dialect: Dialect, name: string): Observable<void> {
  const command = common.hostname(name);
  requireNamesAndClock(dialect, 'hostname');
  return executor.run(sequence([command])).pipe(withCommandError('hostname'));
}
