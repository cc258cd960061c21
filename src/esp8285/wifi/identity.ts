import { map, type Observable } from 'rxjs';

import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import { requireNamesAndClock } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import type { Session } from '../executor/session';

/**
 * Asks for the host name that the modem gives with its DHCP requests.
 *
 * Throws `EOPNOTSUPP` for firmware before AT 1.4. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it
 * refuses.
 */
export function hostname(up: Session): Observable<string> {
  requireNamesAndClock(up.dialect, 'hostname');
  return up.ask(common.askHostname).pipe(
    map((lines) => {
      const name = firstMatch(lines, /^\+CWHOSTNAME: *(?:"(.*)"|(.*))$/);
      if (!name) throw Refusal.without('a name', common.askHostname.shown, lines);
      return name[1] ?? name[2] ?? '';
    }),
    withCommandError('hostname'),
  );
}

/**
 * Sets that name, 1 to 32 bytes. The network learns it with the next join.
 *
 * Throws `EINVAL` for a name that cannot be sent, `EOPNOTSUPP` for firmware before AT 1.4. Errors: `ETIMEDOUT` when the
 * modem does not answer, `EIO` when it refuses.
 */
export function setHostname(up: Session, name: string): Observable<void> {
  const command = common.hostname(name);
  requireNamesAndClock(up.dialect, 'hostname');
  return up.sequence([command]).pipe(withCommandError('hostname'));
}

/**
 * Asks for the hardware address of the modem's station, and emits it as `'aa:bb:cc:dd:ee:ff'`.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
 */
export function mac(up: Session): Observable<string> {
  const { askMac } = up.commands;
  return up.ask(askMac).pipe(
    map((lines) => {
      const address = firstMatch(lines, /^\+CIPSTAMAC(?:_CUR|_DEF)?: *"?((?:[\da-f]{2}[:-]){5}[\da-f]{2})"?$/i)?.[1];
      if (address === undefined) throw Refusal.without('an address', askMac.shown, lines);
      return address.toLowerCase().replaceAll('-', ':');
    }),
    withCommandError('mac'),
  );
}
