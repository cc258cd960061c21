import { catchError, map, type Observable, throwError } from 'rxjs';

import { OSError } from '../../usocket/osError';
import { common } from '../commands/catalogue';
import { Refusal, valuesOf } from '../executor/answer';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';

/** Milliseconds: AT 1.x asks four times, seconds apart. */
const resolveDeadline = 20_000;

/**
 * Looks a host name up by `AT+CIPDOMAIN`. The firmware does not tell "no such name" from "no name server answered": it
 * counts as the first while the modem has an address.
 */
export function resolve(executor: Executor, host: string, hasAddress: () => boolean): Observable<readonly string[]> {
  return executor.run(simpleExchange(common.resolve(host), resolveDeadline)).pipe(
    map((lines) => valuesOf(lines, '+CIPDOMAIN:').map((value) => value.replace(/^"|"$/g, ''))),
    map((addresses) => {
      if (addresses.length === 0) throw Refusal.without('an address', common.resolve(host).shown);
      return addresses;
    }),
    catchError((cause: unknown) => throwError(() => resolveError(host, cause, hasAddress()))),
  );
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
