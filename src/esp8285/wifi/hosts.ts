import { catchError, concat, filter, map, type Observable, of, take, throwError } from 'rxjs';

import { AF_INET } from '../../usocket/contract/constants';
import { isAddress } from '../../usocket/contract/inet';
import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from '../commands/answerLines';
import { common, longestHostName } from '../commands/catalogue';
import type { Command } from '../commands/command';
import { Refusal } from '../executor/answer';
import { commandError } from '../executor/commandError';
import type { Session } from '../executor/session';
import { Unanswered } from '../executor/unanswered';

// `+CIPDOMAIN:93.184.216.34`, with quotes since AT 2.2; other makers print the name or a blank before the address.
const addressLine = /^\+CIPDOMAIN:(?:.*[, ])?"?(\d+\.\d+\.\d+\.\d+|[\da-fA-F:]*:[\da-fA-F:]+)"?$/;
/** Milliseconds. AT 1.x asks four times, seconds apart. */
const resolveDeadline = 20_000;
/** Milliseconds. */
const pingDeadline = 10_000;

/** The longest name and the longest part of a name, in bytes (RFC 1035). */
const longestName = 253;
const longestLabel = 63;

/** The name server that the firmware asks if the network names none. */
const firmwaresOwn = '208.67.222.222';

export interface ResolveOptions {
  readonly hasAddress: () => boolean;
  /** Asks name servers for a name that the modem cannot look up. */
  readonly askNameServers: (name: string) => Observable<readonly string[]>;
}

/**
 * Looks a host name up, and emits its addresses. `AT+CIPDOMAIN` does it; for a name that is too long for the firmware,
 * the driver asks the name servers. The firmware does not distinguish "no such name" from "no name server answered".
 * While the modem has an address, a failure counts as the first.
 *
 * Throws `EINVAL` for a text that cannot be a name. Errors: `EAI_NONAME`, `EAI_AGAIN`.
 */
export function resolve(
  up: Session,
  host: string,
  { hasAddress, askNameServers }: ResolveOptions,
): Observable<readonly string[]> {
  if (isTooLong(up, host)) {
    checkName(host);
    return hasAddress() ? askNameServers(host) : throwError(() => offNetwork(host));
  }
  const command = common.resolve(host);
  return up.askAtLength(command, resolveDeadline).pipe(
    map((lines) => {
      const addresses = lines.flatMap((line) => addressLine.exec(line)?.[1] ?? []);
      if (addresses.length === 0) throw Refusal.without('an address', command.shown, lines);
      return addresses;
    }),
    catchError((cause: unknown) => throwError(() => resolveError(host, cause, hasAddress()))),
  );
}

/** Whether a host name is too long for the firmware. */
export function isTooLong({ dialect }: Session, host: string): boolean {
  return Buffer.byteLength(host) > longestHostName[dialect.generation];
}

/**
 * Asks which name servers the modem has, and emits one or more. Firmware before AT 1.4 does not show them. Then they
 * are the gateway, which answers in most small networks, and the default of the firmware.
 */
export function nameServers(up: Session): Observable<readonly string[]> {
  const named = (command: Command, pattern: RegExp) =>
    up.ask(command).pipe(
      map((lines) => lines.filter((line) => pattern.test(line)).flatMap(addressesIn)),
      catchError(() => of([])),
    );
  return concat(
    named(up.commands.askNameServers, /^\+CIPDNS/),
    named(up.commands.askAddresses, /^\+CIPSTA[^:]*: *gateway/).pipe(map((gateways) => [...gateways, firmwaresOwn])),
  ).pipe(
    filter((servers) => servers.length > 0),
    take(1),
  );
}

/**
 * Sends an echo request to a host, by name or address, and emits how long the answer took, in milliseconds.
 *
 * Errors: `ETIMEDOUT` when the host does not answer, `ENETUNREACH` when the modem refuses and is on no network, `EIO` when its
 * name is not found or the modem refuses.
 */
export function ping(up: Session, host: string, hasAddress: () => boolean): Observable<number> {
  const command = common.ping(host);
  return up.askAtLength(command, pingDeadline).pipe(
    map((lines) => {
      // AT 1.x prints `+12`, AT 2 `+PING:12`.
      const took = firstMatch(lines, /^\+(?:PING: *)?(\d+)(?: *ms)?$/i)?.[1];
      if (took === undefined) throw Refusal.without('a time', command.shown, lines);
      return Number(took);
    }),
    catchError((cause: unknown) => throwError(() => pingError(host, cause, hasAddress()))),
  );
}

function checkName(host: string): void {
  const isName = Buffer.byteLength(host) <= longestName + (host.endsWith('.') ? 1 : 0);
  const isOfLabels = host.split('.').every((label) => Buffer.byteLength(label) <= longestLabel);
  if (isName && isOfLabels) return;
  const message = `a name has ${longestName} bytes at most, and ${longestLabel} between two dots`;
  throw new OSError('EINVAL', 'getaddrinfo', `getaddrinfo: ${message}; nothing was sent`);
}

/** `+CIPDNS_CUR:192.168.1.1`, one line for each, or `+CIPDNS:1,"192.168.1.1","192.168.1.2"`. */
function addressesIn(line: string): readonly string[] {
  const found = line.match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
  return found.filter((address) => isAddress(AF_INET, address) && address !== '0.0.0.0');
}

function resolveError(host: string, cause: unknown, hasAddress: boolean): unknown {
  if (!(cause instanceof Refusal || cause instanceof Unanswered)) return cause;
  const [code, why] =
    cause instanceof Refusal && hasAddress
      ? (['EAI_NONAME', 'was not found; check the spelling, and that the network has a name server'] as const)
      : ([
          'EAI_AGAIN',
          'could not be looked up; is the modem on a network? Call nic.connect(ssid, key) first',
        ] as const);
  return new OSError(code, 'getaddrinfo', `getaddrinfo: ${host} ${why} (${cause.message})`, { cause });
}

function offNetwork(host: string): OSError {
  const message = `getaddrinfo: ${host} could not be looked up: the modem is on no network; call nic.connect(ssid, key) first`;
  return new OSError('EAI_AGAIN', 'getaddrinfo', message);
}

function pingError(host: string, cause: unknown, hasAddress: boolean): unknown {
  if (!(cause instanceof Refusal)) return commandError('ping', cause);
  if (cause.lines.some((line) => /timeout$/i.test(line))) {
    return new OSError('ETIMEDOUT', 'ping', `ping: ${host} did not answer (${cause.message})`, { cause });
  }
  // The stations of the modem's own network are reached without one.
  if (hasAddress) return commandError('ping', cause);
  const why = 'the modem is not on a network; call nic.connect(ssid, key) first';
  return new OSError('ENETUNREACH', 'ping', `ping: ${host} cannot be reached: ${why} (${cause.message})`, { cause });
}
