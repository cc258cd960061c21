import { catchError, map, type Observable, throwError } from 'rxjs';

import type { ErrorCode } from '../../usocket/errno';
import { OSError } from '../../usocket/osError';
import type { Catalogue } from '../commands/catalogue';
import { firstMatch, Refusal } from '../executor/answer';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';

/** Milliseconds: the modem gives up after 15 s, and DHCP takes its time. */
const joinDeadline = 30_000;

/** What the code behind `+CWJAP:` says, and what to try. */
const reasons: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  1: ['ETIMEDOUT', 'did not answer in time, or gave no address (DHCP); is it near enough, and the key right?'],
  2: ['EACCES', 'did not take the key; check it'],
  3: ['ENOENT', 'was not found; is the name right (2.4 GHz only, upper and lower case matter), and is it near enough?'],
  4: ['ECONNREFUSED', 'refused the modem; is the key right, and may this device join?'],
};

/**
 * Joins a network and emits once the modem has an address.
 *
 * Errors: `EACCES` wrong key, `ENOENT` no such network, `ETIMEDOUT` no answer or no address, `ECONNREFUSED` turned
 * away, `EINVAL` a name or key that cannot be sent. The firmware may report a wrong key as any of the others. The key
 * is in no message.
 */
export function join(executor: Executor, catalogue: Catalogue, ssid: string, key: string): Observable<void> {
  return executor.run(simpleExchange(catalogue.join(ssid, key), joinDeadline)).pipe(
    map(() => undefined),
    catchError((cause: unknown) => throwError(() => joinError(ssid, cause))),
  );
}

function joinError(ssid: string, cause: unknown): unknown {
  const [code, why] = reasonOf(cause) ?? [];
  if (code === undefined || !(cause instanceof Error)) return cause;
  return new OSError(
    code,
    'connect',
    `connect: the network ${JSON.stringify(ssid)} ${String(why)} (${cause.message})`,
    {
      cause,
    },
  );
}

function reasonOf(cause: unknown): readonly [ErrorCode, string] | undefined {
  if (cause instanceof Unanswered) return reasons[1];
  if (!(cause instanceof Refusal)) return undefined;
  if (cause.lines.includes('DHCP TIMEOUT')) return ['ETIMEDOUT', 'gave no address (DHCP)'];
  const code = firstMatch(cause.lines, /^\+CWJAP:(\d)/)?.[1];
  return reasons[code ?? ''] ?? ['EIO', 'could not be joined'];
}
