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
import { firstMatch } from '../commands/answerLines';
import { common, longestHostName } from '../commands/catalogue';
import { requireNamesAndClock } from '../commands/dialect';
import { withCommandError } from '../executor/commandError';
import type { Session } from '../executor/session';

/** Which time servers are asked, and how long they have to answer. */
export interface TimeOptions {
  /** One to three time servers (SNTP), by name or address. Default: those that the firmware was built with. */
  readonly servers?: readonly string[];
  /** Seconds that they have to answer, more than 0. Default: 20. */
  readonly timeout?: number;
}

/** Milliseconds. */
const pollPause = 500;
/** Seconds. */
const defaultTimeout = 20;
const mostServers = 3;
/** Milliseconds since 1970 at the end of that year. A clock that shows less has not been set. */
const endOf1970 = 365 * 86_400_000;

/**
 * Asks time servers through the modem, and emits the time in milliseconds since 1970, exact to the second.
 *
 * Throws `EINVAL` for invalid servers or an invalid time-out, `EOPNOTSUPP` for firmware before AT 1.4. Errors:
 * `ETIMEDOUT` when no server has answered in time, or the modem does not; `EIO` when it refuses.
 */
export function time(
  up: Session,
  scheduler: SchedulerLike,
  { servers = [], timeout = defaultTimeout }: TimeOptions,
): Observable<number> {
  check(servers, timeout, longestHostName[up.dialect.generation]);
  const command = common.clock(servers);
  requireNamesAndClock(up.dialect, 'time');
  const setUp$ = up.ask(command).pipe(ignoreElements());
  return defer(() => {
    /** The last answer of the modem that is not a time. Its line may be damaged, or in another language. */
    let strange: string | undefined;
    const shown$ = up.ask(common.askTime).pipe(
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
      : `the answer of the modem is not a time: ${strange}`;
  return new OSError('ETIMEDOUT', 'time', `time: ${why}`);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Days of a common year before the first of each month. */
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/**
 * Parses a universal time as C's `asctime` writes it, `'Thu Jan 1 00:02:08 1970'`, and returns its milliseconds since
 * 1970. Some firmware pads the day with a zero instead. Returns `undefined` for any other text.
 */
export function epochOf(text: string): number | undefined {
  const match = /^(?:\w{3},? +)?(\w{3}) +(\d{1,2}) +(\d{1,2}):(\d\d):(\d\d) +(\d{4})$/.exec(text);
  const [, name = '', ...numbers] = match ?? [];
  const month = months.indexOf(name);
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = numbers.map(Number);
  const before = daysBefore[month];
  if (before === undefined) return undefined;
  const leapDay = month > 1 && leapYearsTo(year) > leapYearsTo(year - 1) ? 1 : 0;
  const days = 365 * (year - 1970) + leapYearsTo(year - 1) - leapYearsTo(1969) + before + leapDay + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

/** The number of leap years of the Gregorian calendar up to this year, inclusive. */
function leapYearsTo(year: number): number {
  return Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
}
