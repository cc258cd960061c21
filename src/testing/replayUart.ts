import {
  BehaviorSubject,
  concat,
  EMPTY,
  first,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  share,
  Subject,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { asBuffer, type Uart } from '../streams';
import { KeyFilter } from './keyFilter';
import { formatBytes, parseRecording } from './recording';

/** The error of a replayed line when the host has sent anything but what was recorded. */
export class ReplayError extends Error {
  /** Always `'ReplayError'`. */
  override readonly name = 'ReplayError';
}

/** A replayed conversation, from {@link replayUart}. */
export interface Replay {
  /** The serial line, to make an interface on. */
  readonly uart: Uart;
  /** Returns the part of the recording that has not been replayed yet; an empty string at the end. */
  readonly rest: () => string;
}

/** The scheduler of a replay, and what is known about the recorded line. */
export interface ReplayUartOptions {
  /** The scheduler of the modem's answers, for example a `TestScheduler`. The interface needs the same one. */
  readonly scheduler: SchedulerLike;
  /** The longest pause of the recorded line, because a recording contains its pauses. See {@link Uart.longestPause}. */
  readonly longestPause?: number;
}

/**
 * Makes a serial line on which the modem sends again what it has sent in a recording. It sends each piece when the host has
 * sent everything that came before it, and after the recorded time. The host may send its part in other pieces, and sooner.
 * In the place of a recorded key, which consists of `*`, it may send any key of that length. If the host sends anything
 * else, or more, the line is lost with a {@link ReplayError} that names what was sent and what was expected, and the write
 * fails with the same error.
 *
 *     const { uart, rest } = replayUart(readFileSync('modem.txt', 'utf8'), { scheduler });
 *     const nic = new ESP8285(uart, { scheduler });
 *     // … the same calls as in the recording
 *     assert.strictEqual(rest(), '');
 */
export function replayUart(recording: string, { scheduler, longestPause }: ReplayUartOptions): Replay {
  const conversation = parseRecording(recording);
  const expected = Buffer.concat(conversation.filter(({ from }) => from === 'host').map(({ bytes }) => bytes));
  const keys = hiddenKeys(expected);
  const said = new BehaviorSubject(0);
  const mismatches = new Subject<never>();
  const closed = new Subject<void>();
  let place = 0;

  let hostEnd = 0;
  const turns = conversation.map(({ after, from, bytes }, index): Observable<Buffer> => {
    const over = (): void => {
      place = index + 1;
    };
    if (from === 'modem') {
      const pause$ = after === 0 ? of(0) : timer(after, scheduler);
      // Counted before the host gets it, because the host may then close the line.
      return pause$.pipe(
        tap(over),
        map(() => bytes),
      );
    }
    const end = (hostEnd += bytes.length);
    return said.pipe(
      first((length) => length >= end),
      tap(over),
      ignoreElements(),
    );
  });
  const hear = (bytes: Buffer): Observable<never> => {
    const end = said.value + bytes.length;
    if (isSaid(bytes, expected, said.value, keys)) {
      said.next(end);
      return EMPTY;
    }
    const error = mismatch(bytes, expected.subarray(said.value));
    mismatches.error(error);
    return throwError(() => error);
  };
  return {
    rest: () => conversation.slice(place).map(formatBytes).join(''),
    uart: {
      // Begins with the first subscriber, and runs once.
      rx$: merge(concat(...turns, NEVER), mismatches).pipe(
        takeUntil(closed),
        share({ resetOnComplete: false, resetOnError: false, resetOnRefCountZero: false }),
      ),
      readiness$: of({ readable: false, writable: true, hangup: false, error: false }),
      ...(longestPause !== undefined && { longestPause }),
      write: (bytes) => hear(asBuffer(bytes)),
      close: () => {
        closed.next();
        return EMPTY;
      },
    },
  };
}

/** The place of a key, which the recording shows as `*`. */
type Hidden = readonly [from: number, to: number];

const hiddenKey = /AT\+CW(?:[JS]AP(?:_CUR|_DEF)?|JEAP|STARTSMART)\s*=(?:"(?:[^"\\\r\n]|\\.)*"|[^,\r\n]*),"?(\*+)/gi;

function hiddenKeys(expected: Buffer): readonly Hidden[] {
  return Array.from(expected.toString('latin1').matchAll(hiddenKey), ({ index, 0: command, 1: key = '' }) => {
    return [index + command.length - key.length, index + command.length];
  });
}

/** Whether these bytes stand at this place. In the place of a hidden key, any key of the same length does. */
function isSaid(bytes: Buffer, expected: Buffer, at: number, keys: readonly Hidden[]): boolean {
  const recorded = expected.subarray(at, at + bytes.length);
  if (recorded.equals(bytes)) return true;
  if (recorded.length < bytes.length) return false;
  return bytes.every((byte, index) => {
    const place = at + index;
    return byte === recorded[index] || keys.some(([from, to]) => place >= from && place < to && isOfKey(byte));
  });
}

/** A line end would end the key. A quotation mark may be escaped. */
function isOfKey(byte: number): boolean {
  return byte >= 0x20;
}

function mismatch(bytes: Buffer, expected: Buffer): ReplayError {
  const recorded =
    expected.length > 0 ? `recorded is ${shown(expected.subarray(0, bytes.length))}` : 'nothing more is recorded';
  return new ReplayError(`the host says ${shown(bytes)}; ${recorded}`);
}

/** The notation of a recording, without keys: the host may have been given a key instead of `*`. */
function shown(bytes: Buffer): string {
  const filter = new KeyFilter();
  const said = { at: 0, from: 'host', bytes } as const;
  return [...filter.push(said), ...filter.end()]
    .map((part) => formatBytes({ ...part, after: 0 }).slice(4, -1))
    .join('');
}
