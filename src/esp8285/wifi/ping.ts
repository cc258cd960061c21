import { catchError, map, type Observable, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { firstMatch } from '../commands/answerLines';
import { Refusal } from '../executor/answer';
import { commandError } from '../executor/commandError';
import { askAtLength, simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** Milliseconds. */
const pingDeadline = 10_000;

/**
 * Has the modem send an echo request to a host, by name or address, and emits how long the answer took, in milliseconds.
 *
 * Errors: `ETIMEDOUT` when the host does not answer, `EIO` when its name is not found or the modem refuses.
 */
export function ping(executor: Executor, host: string): Observable<number> {
  return executor.run(simpleExchange(common.ping(host), pingDeadline, askAtLength)).pipe(
    map((lines) => {
      // AT 1.x prints `+12`, AT 2 `+PING:12`.
      const took = firstMatch(lines, /^\+(?:PING: *)?(\d+)(?: *ms)?$/i)?.[1];
      if (took === undefined) throw Refusal.without('a time', common.ping(host).shown, lines);
      return Number(took);
    }),
    catchError((cause: unknown) => throwError(() => pingError(host, cause))),
  );
}

function pingError(host: string, cause: unknown): unknown {
  if (!(cause instanceof Refusal) || !cause.lines.some((line) => /timeout$/i.test(line)))
    return commandError('ping', cause);
  return new OSError('ETIMEDOUT', 'ping', `ping: ${host} did not answer (${cause.message})`, { cause });
}
