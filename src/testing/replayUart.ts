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

/** The host has said something else than was recorded. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** A recorded conversation that is had once more. */
export interface Replay {
  readonly uart: Uart;
  /** What has not been said yet, as it was recorded; empty when the conversation is over. */
  readonly rest: () => string;
}

export interface ReplayOptions {
  readonly scheduler: SchedulerLike;
  /** That of the line that was recorded: its pauses are part of the recording. See {@link Uart.longestPause}. */
  readonly longestPause?: number;
}

/**
 * Makes a serial line on which the modem says again what it has said in a recording: after what the host had said before
 * has been said again, and after the time that it took. The host may say its part in other pieces, and sooner; if it says
 * something else, or more, the line is lost with a {@link ReplayError} that names both, and the write fails with it.
 *
 *     const { uart, rest } = replayUart(readFileSync('modem.txt', 'utf8'), { scheduler });
 *     const nic = new ESP8285(uart, { scheduler });
 *     …
 *     expect(rest()).toBe('');
 */
export function replayUart(recording: string, { scheduler, longestPause }: ReplayOptions): Replay {
  const conversation = parseRecording(recording);
  const expected = Buffer.concat(conversation.filter(({ from }) => from === 'host').map(({ bytes }) => bytes));
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
      // Before the host hears it, for it may close the line then.
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
    if (expected.subarray(said.value, end).equals(bytes)) {
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
      // Begins with the first listener, and is had once.
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

function mismatch(bytes: Buffer, expected: Buffer): ReplayError {
  const recorded =
    expected.length > 0 ? `recorded is ${shown(expected.subarray(0, bytes.length))}` : 'recorded is no more';
  return new ReplayError(`the host says ${shown(bytes)}; ${recorded}`);
}

/** As in a recording, without a key: who has forgotten to put `*` in its place need not read it here. */
function shown(bytes: Buffer): string {
  const filter = new KeyFilter();
  const said = { at: 0, from: 'host', bytes } as const;
  return [...filter.push(said), ...filter.end()]
    .map((part) => formatBytes({ ...part, after: 0 }).slice(4, -1))
    .join('');
}
