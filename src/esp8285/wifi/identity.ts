import { concatMap, EMPTY, map, type Observable, of } from 'rxjs';

import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import { requireNamesAndClock } from '../commands/dialect';
import { ifRefused, Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
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
 * Sets that name, 1 to 32 bytes; the network hears of it with the next join.
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

/** `+CIFSR:STAIP,"192.168.1.5"` and `+CIFSR:APIP,"192.168.4.1"`; AT before 1.0 prints the address alone. */
const ownAddress = /^(?:\+CIFSR:\s*(?:(?:STA|AP)IP,)?\s*)?"?(\d+\.\d+\.\d+\.\d+)"?$/;

/**
 * Completes for an address that a local port may be bound to: any, or one that the modem has now. In any case the modem
 * takes what comes to all of its addresses. Errors: `EADDRNOTAVAIL` for another address.
 */
export function checkOwnAddress(executor: Executor, { address, port }: Endpoint, syscall: string): Observable<never> {
  if (address === '0.0.0.0') return EMPTY;
  return executor.run(simpleExchange(common.askOwnAddresses)).pipe(
    ifRefused(of([])),
    withCommandError(syscall),
    concatMap((lines) => {
      const own = lines.map((line) => firstMatch([line], ownAddress)?.[1]).filter((one) => one !== undefined);
      if (own.includes(address)) return EMPTY;
      const message =
        `${syscall} ${address}:${port}: that is no address of the modem` +
        `${own.length > 0 ? `, which has ${own.join(' and ')}` : ''}; bind to 0.0.0.0`;
      throw new OSError('EADDRNOTAVAIL', syscall, message);
    }),
  );
}
