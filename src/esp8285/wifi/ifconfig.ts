import { catchError, concatMap, map, type Observable, throwError } from 'rxjs';

import type { InterfaceConfig } from '../../usocket/contract/interfaceConfig';
import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import { requireNamesAndClock } from '../commands/dialect';
import { ifRefused, Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import type { Session } from '../executor/session';
import { accessPoint } from './accessPoint';

/** How many name servers every firmware can keep. */
const mostNameServers = 2;
/** These mean "no name server": the first in `InterfaceConfig`, the others in other ports of MicroPython. */
const none = ['0', '0.0.0.0', ''];

/**
 * An address that is set by hand, in MicroPython's order, each a dotted quad. One or two name servers may follow.
 * Further elements are ignored, so a result of `ifconfig()` can be passed back.
 *
 *     await nic.ifconfig(['192.168.1.20', '255.255.255.0', '192.168.1.1', '192.168.1.1']);
 */
export type StaticConfig = readonly [ip: string, netmask: string, gateway: string, ...more: string[]];

/** A {@link StaticConfig} by name. */
export interface StaticAddress {
  readonly ip: string;
  readonly netmask: string;
  readonly gateway: string;
  /** If it is empty, the modem keeps its own. */
  readonly nameServers: readonly string[];
}

/**
 * Asks for the modem's addresses and its access point. What old firmware does not show is an empty string.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses or its answer cannot be understood.
 *
 * @param nameServers Those that have been set.
 */
export function ifconfig(up: Session, [dns = '0', dns2 = '0']: readonly string[]): Observable<InterfaceConfig> {
  return addresses(up).pipe(
    concatMap(({ ip, gateway, netmask }) =>
      accessPoint(up).pipe(
        map((joined): InterfaceConfig => [ip, netmask, gateway, dns, dns2, joined?.bssid ?? '', joined?.ssid ?? '']),
      ),
    ),
    withCommandError('ifconfig'),
  );
}

/** Throws `EINVAL` for a value that is not a configuration. {@link setAddress} checks the addresses. */
export function staticAddressOf(config: StaticConfig): StaticAddress {
  const isConfig: boolean = Array.isArray(config) && config.length >= 3;
  if (!isConfig) {
    const message = "ifconfig: a configuration is [ip, netmask, gateway] or [ip, netmask, gateway, dns], or 'dhcp'";
    throw new OSError('EINVAL', 'ifconfig', `${message}; nothing was sent`);
  }
  const [ip, netmask, gateway, ...more] = config;
  const nameServers = more.slice(0, mostNameServers).filter((server) => !none.includes(server));
  return { ip, netmask, gateway, nameServers };
}

/**
 * Gives the modem an address, and turns DHCP off.
 *
 * Throws `EINVAL` for a text that is not an IPv4 address, and `EOPNOTSUPP` for name servers if the firmware has no
 * command for them. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
 */
export function setAddress(up: Session, { ip, netmask, gateway, nameServers }: StaticAddress): Observable<void> {
  // The order of `AT+CIPSTA` is not the order of `ifconfig`.
  const commands = [up.commands.address(ip, gateway, netmask)];
  if (nameServers.length > 0) {
    commands.push(up.commands.nameServers(nameServers));
    requireNamesAndClock(up.dialect, 'ifconfig');
  }
  return up.sequence(commands).pipe(withCommandError('ifconfig'));
}

/**
 * Gets the address by DHCP again. Errors: `ETIMEDOUT` when it does not answer, `EIO` when it refuses.
 *
 * @param nameServersToo Whether name servers were set by hand. They then come from DHCP again, too.
 */
export function useDhcp(up: Session, nameServersToo: boolean): Observable<void> {
  const { dhcp, nameServersByDhcp } = up.commands;
  return up.sequence(nameServersToo ? [dhcp, nameServersByDhcp] : [dhcp]).pipe(withCommandError('ifconfig'));
}

interface Addresses {
  readonly ip: string;
  readonly gateway: string;
  readonly netmask: string;
}

/** AT before 1.0 has no answer with all three addresses, so it is asked for the address alone. */
function addresses(up: Session): Observable<Addresses> {
  const { askAddresses } = up.commands;
  const shorter$ = up.ask(common.askOwnAddresses).pipe(
    map((lines) => {
      const ip =
        firstMatch(lines, /^\+CIFSR: *STAIP *, *"?([\d.]+)"?$/) ??
        firstMatch(lines, /^(?:\+CIFSR: *)?"?(\d+\.[\d.]+)"?$/);
      if (ip?.[1] === undefined) throw Refusal.without('an address', common.askOwnAddresses.shown, lines);
      return { ip: ip[1], gateway: '', netmask: '' };
    }),
  );
  return up.ask(askAddresses).pipe(
    map((lines) => {
      const [ip, gateway, netmask] = [/(?:ip: *)?/, /gateway: */, /(?:net)?mask: */].map((name) =>
        addressIn(lines, name.source),
      );
      if (ip === undefined) throw Refusal.without('an address', askAddresses.shown, lines);
      return { ip, gateway: gateway ?? '', netmask: netmask ?? '' };
    }),
    catchError((error: unknown) => {
      const fail$ = throwError(() => error);
      return error instanceof Refusal ? shorter$.pipe(ifRefused(fail$)) : fail$;
    }),
  );
}

/** `+CIPSTA_CUR:ip:"192.168.1.5"`; `+CIPSTA:"192.168.1.5"` before AT 1.0. */
function addressIn(lines: readonly string[], name: string): string | undefined {
  return firstMatch(lines, new RegExp(`^\\+CIPSTA(?:_CUR|_DEF)?: *${name}"?(\\d+\\.\\d+\\.\\d+\\.\\d+)"?$`, 'i'))?.[1];
}
