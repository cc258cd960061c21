import { catchError, concatMap, map, type Observable, throwError } from 'rxjs';

import { type Catalogue, common } from '../commands/catalogue';
import { firstMatch } from '../commands/answerLines';
import { ifRefused, Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { accessPoint } from './accessPoint';

/**
 * As MaixPy has it. The name servers are those that have been set by `ifconfig(config)`, and `'0'`, as MaixPy has it,
 * where there are none: the firmware does not tell which of its own it asks.
 */
export type InterfaceConfig = readonly [
  ip: string,
  netmask: string,
  gateway: string,
  dns: string,
  dns2: string,
  bssid: string,
  ssid: string,
];

/**
 * Asks for the modem's addresses and its access point; the last two are empty when it has joined none, and what old firmware
 * does not tell is.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses, or answers what cannot be understood.
 *
 * @param nameServers Those that have been set.
 */
export function ifconfig(
  executor: Executor,
  catalogue: Catalogue,
  [dns = '0', dns2 = '0']: readonly string[],
): Observable<InterfaceConfig> {
  return addresses(executor, catalogue).pipe(
    concatMap(({ ip, gateway, netmask }) =>
      accessPoint(executor, catalogue).pipe(
        map((joined): InterfaceConfig => [ip, netmask, gateway, dns, dns2, joined?.bssid ?? '', joined?.ssid ?? '']),
      ),
    ),
    withCommandError('ifconfig'),
  );
}

interface Addresses {
  readonly ip: string;
  readonly gateway: string;
  readonly netmask: string;
}

/** AT before 1.0 has no answer with all three of them: then the address alone is asked for. */
function addresses(executor: Executor, { askAddresses }: Catalogue): Observable<Addresses> {
  const shorter$ = executor.run(simpleExchange(common.askOwnAddresses)).pipe(
    map((lines) => {
      const ip =
        firstMatch(lines, /^\+CIFSR: *STAIP *, *"?([\d.]+)"?$/) ??
        firstMatch(lines, /^(?:\+CIFSR: *)?"?(\d+\.[\d.]+)"?$/);
      if (ip?.[1] === undefined) throw Refusal.without('an address', common.askOwnAddresses.shown, lines);
      return { ip: ip[1], gateway: '', netmask: '' };
    }),
  );
  return executor.run(simpleExchange(askAddresses)).pipe(
    map((lines) => {
      const [ip, gateway, netmask] = [/(?:ip: *)?/, /gateway: */, /(?:net)?mask: */].map((name) =>
        addressOf(lines, name.source),
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
function addressOf(lines: readonly string[], name: string): string | undefined {
  return firstMatch(lines, new RegExp(`^\\+CIPSTA(?:_CUR|_DEF)?: *${name}"?(\\d+\\.\\d+\\.\\d+\\.\\d+)"?$`, 'i'))?.[1];
}
