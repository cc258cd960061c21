import {
  concat,
  defer,
  filter,
  ignoreElements,
  map,
  type Observable,
  repeat,
  type SchedulerLike,
  take,
  timer,
} from 'rxjs';

import { deadline } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import { common, longestHostName } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { firstMatch } from '../commands/answerLines';
import { withCommandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { epochOf } from './epoch';
import { requireNamesAndClock } from './requireNamesAndClock';

export interface TimeOptions {
  /** One to three time servers (SNTP), by name or address. Default: those that the firmware was built with. */
  readonly servers?: readonly string[];
  /** Seconds that they have to answer. Default: 20. */
  readonly timeout?: number;
}

const pollPause = 500;
/** Seconds. */
const defaultTimeout = 20;
const mostServers = 3;
/** Milliseconds since 1970 at the end of that year: a clock that shows less has not been set. */
const endOf1970 = 365 * 86_400_000;

/**
 * Has the modem ask time servers, and emits the time in milliseconds since 1970, to the second.
 *
 * Throws `EINVAL` for servers or a time-out that cannot be, `EOPNOTSUPP` for firmware before AT 1.4. Errors:
 * `ETIMEDOUT` when no server has answered in time, or the modem does not; `EIO` when it refuses.
 */
export function time(
  executor: Executor,
  dialect: Dialect,
  scheduler: SchedulerLike,
  { servers = [], timeout = defaultTimeout }: TimeOptions,
): Observable<number> {
  check(servers, timeout, longestHostName[dialect.generation]);
  const command = common.clock(servers);
  requireNamesAndClock(dialect, 'time');
  const setUp$ = executor.run(simpleExchange(command)).pipe(ignoreElements());
  return defer(() => {
    /** What the modem has shown last that is no time: a line may be damaged, or be of another language. */
    let strange: string | undefined;
    const shown$ = executor.run(simpleExchange(common.askTime)).pipe(
      map((lines) => {
        const shown = firstMatch(lines, /^\+CIPSNTPTIME: *"?(.*?)"? *$/)?.[1] ?? lines.join(' / ');
        const epoch = epochOf(shown);
        strange = epoch === undefined && shown !== '' ? shown : undefined;
        return epoch ?? 0;
      }),
      repeat({ delay: () => timer(pollPause, scheduler) }),
      filter((epoch) => epoch >= endOf1970),
      take(1),
    );
    return concat(setUp$, shown$).pipe(
      deadline(timeout * 1000, { scheduler, expired: () => noAnswer(servers, timeout, strange) }),
    );
  }).pipe(withCommandError('time'));
}

function check(servers: readonly string[], seconds: number, longestName: number): void {
  const refuse = (why: string) => new OSError('EINVAL', 'time', `time: ${why}; nothing was sent`);
  if (servers.length > mostServers) throw refuse(`the modem asks ${mostServers} servers at most`);
  if (servers.some((server) => Buffer.byteLength(server) > longestName)) {
    throw refuse(`the modem takes names of ${longestName} bytes at most`);
  }
  if (!(seconds > 0 && seconds < Infinity)) throw refuse(`a time-out is a number of seconds, not ${seconds}`);
}

function noAnswer(servers: readonly string[], seconds: number, strange: string | undefined): OSError {
  const who = servers.length > 0 ? servers.join(', ') : "the firmware's own time servers";
  const why =
    strange === undefined
      ? `no answer from ${who} in ${seconds} s; does the network let SNTP (UDP port 123) out?`
      : `what the modem shows is no time that can be read: ${strange}`;
  return new OSError('ETIMEDOUT', 'time', `time: ${why}`);
}
