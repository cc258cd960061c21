import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  type SchedulerLike,
  switchMap,
  tap,
} from 'rxjs';

import { asBuffer, type Uart } from '../streams';
import { KeyFilter, type TimedBytes } from './keyFilter';
import { formatBytes } from './recording';

export interface RecordUartOptions {
  /** Takes the recording line by line, each with its newline: `(line) => appendFileSync('modem.txt', line)`. */
  readonly sink: (line: string) => void;
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Wraps a serial line so that what goes over it is recorded, in the notation of {@link formatBytes}, for
 * {@link replayUart}. It is recorded from this call on, and until the line is closed; one that is lost goes on when it has
 * been opened again.
 *
 * The key of a network is not in a recording: `*` of the same length stand for it, in the command and in what the modem
 * echoes of it, damaged or not. To replay it, join with these as the key: `nic.connect('my-ssid', '******')`. Therefore
 * the recording goes on only when the modem has answered that command. Payloads are recorded as they are.
 */
export function recordUart(uart: Uart, { sink, scheduler = asyncScheduler }: RecordUartOptions): Uart {
  const filter = new KeyFilter();
  let last = scheduler.now();
  const put = (shown: readonly TimedBytes[]): void => {
    for (const { at, from, bytes } of shown) {
      sink(formatBytes({ after: Math.max(0, Math.round(at - last)), from, bytes }));
      last = at;
    }
  };
  const said = (from: TimedBytes['from'], bytes: Uint8Array): void => {
    // A copy, for it may be held back, and the buffer is its owner's.
    if (bytes.length > 0) put(filter.push({ at: scheduler.now(), from, bytes: Buffer.from(asBuffer(bytes)) }));
  };
  const end = (): void => {
    put(filter.end());
  };
  const lines = new BehaviorSubject(uart);
  // Before anybody who answers inside it.
  lines
    .pipe(
      switchMap(({ rx$ }) =>
        rx$.pipe(
          tap({
            next: (bytes) => {
              said('modem', bytes);
            },
            complete: end,
          }),
          catchError(() => {
            end();
            return EMPTY;
          }),
        ),
      ),
    )
    .subscribe();
  const { hold, reopen, port, notices$, hints$ } = uart;
  return {
    rx$: uart.rx$,
    readiness$: uart.readiness$,
    write: (bytes) => {
      said('host', bytes);
      return uart.write(bytes);
    },
    close: () => uart.close(),
    longestPause: uart.longestPause,
    advice: uart.advice,
    ...(port !== undefined && { port }),
    ...(notices$ && { notices$ }),
    ...(hints$ && { hints$ }),
    ...(hold && { hold }),
    ...(reopen && {
      reopen: () =>
        concat(
          defer(() => reopen()).pipe(ignoreElements()),
          defer(() => {
            lines.next(uart);
            return EMPTY;
          }),
        ),
    }),
  };
}
