import { catchError, map, type Observable, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common, longestHostName } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import { askAtLength, simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';

// `+CIPDOMAIN:93.184.216.34`, with quotes since AT 2.2; other makers give the name, or a blank, in front.
const addressLine = /^\+CIPDOMAIN:(?:.*[, ])?"?(\d+\.\d+\.\d+\.\d+|[\da-fA-F:]*:[\da-fA-F:]+)"?$/;
/** Milliseconds: AT 1.x asks four times, seconds apart. */
const resolveDeadline = 20_000;

/** Of a whole name, and of one of its parts, in bytes (RFC 1035). */
const longestName = 253;
const longestLabel = 63;

/** What it takes to look names up. */
export interface Resolver {
  readonly executor: Executor;
  readonly dialect: Dialect;
  readonly hasAddress: () => boolean;
  /** Asks name servers where the modem cannot. */
  readonly askNameServers: (name: string) => Observable<readonly string[]>;
}

/**
 * Looks a host name up: by `AT+CIPDOMAIN`, or by asking its name servers where the name is longer than the firmware takes.
 * The firmware does not tell "no such name" from "no name server answered": it counts as the first while the modem has an
 * address.
 *
 * Throws `EINVAL` for what cannot be a name.
 */
export function resolve(resolver: Resolver, host: string): Observable<readonly string[]> {
  const { executor, dialect, hasAddress, askNameServers } = resolver;
  const length = Buffer.byteLength(host);
  if (length > longestHostName[dialect.generation]) {
    checkName(host, length);
    return hasAddress() ? askNameServers(host) : throwError(() => offNetwork(host));
  }
  const command = common.resolve(host);
  return executor.run(simpleExchange(command, resolveDeadline, askAtLength)).pipe(
    map((lines) => {
      const addresses = lines.flatMap((line) => addressLine.exec(line)?.[1] ?? []);
      if (addresses.length === 0) throw Refusal.without('an address', command.shown, lines);
      return addresses;
    }),
    catchError((cause: unknown) => throwError(() => resolveError(host, cause, hasAddress()))),
  );
}

function checkName(host: string, length: number): void {
  const isName = length <= longestName + (host.endsWith('.') ? 1 : 0);
  const isOfLabels = host.split('.').every((label) => Buffer.byteLength(label) <= longestLabel);
  if (isName && isOfLabels) return;
  const message = `a name has ${longestName} bytes at most, and ${longestLabel} between two dots`;
  throw new OSError('EINVAL', 'getaddrinfo', `getaddrinfo: ${message}; nothing was sent`);
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
