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

import type { TimedBytes } from '../esp8285/trace/hideKeys';
import { asBuffer, type Uart } from '../streams';
import { KeyFilter } from './keyFilter';
import { formatBytes } from './recording';

/** Where a recording goes, and the clock of its times. */
export interface RecordUartOptions {
  /** Is called with each line of the recording and its newline: `(line) => appendFileSync('modem.txt', line)`. */
  readonly sink: (line: string) => void;
  /** The clock of the recording. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Wraps a serial line and records what goes over it, in the notation of {@link formatBytes}, for {@link replayUart}.
 * The recording begins with this call and ends when the line is closed. When a lost line is opened again, it goes on.
 *
 *     const uart = new machine.UART('/dev/ttyUSB0', 115200);
 *     const nic = await network.ESP8285(recordUart(uart, { sink: (line) => appendFileSync('modem.txt', line) }));
 *
 * A recording does not contain the key of a network. In the command, and in the modem's echo of it, damaged or not, the
 * key is replaced by as many `*`. To replay the recording, join with these or with any other key of that length:
 * `nic.connect('my-ssid', '******')`. Everything from such a command to the end of its answer is recorded when that end has
 * come. Payloads are recorded unchanged.
 */
export function recordUart(uart: Uart, { sink, scheduler = asyncScheduler }: RecordUartOptions): Uart {
  const filter = new KeyFilter();
  let last = scheduler.now();
  const put = (shown: readonly TimedBytes[]): void => {
    for (const { at, from, bytes } of shown) {
      const after = Math.max(0, Math.round(at - last));
      sink(formatBytes({ after, from, bytes }));
      // Not `at`, because the rounding of many lines would add up.
      last += after;
    }
  };
  const said = (from: TimedBytes['from'], bytes: Uint8Array): void => {
    // A copy, because it may be held back while the owner of the buffer uses it again.
    if (bytes.length > 0) put(filter.push({ at: scheduler.now(), from, bytes: Buffer.from(asBuffer(bytes)) }));
  };
  const end = (): void => {
    put(filter.end());
  };
  const lines = new BehaviorSubject(uart);
  // Subscribed first, because another subscriber may answer within `next`.
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
  const { hold, expect, reopen, port, notices$, hints$, setBaudRate, ref, unref } = uart;
  return {
    rx$: uart.rx$,
    readiness$: uart.readiness$,
    write: (bytes) => {
      said('host', bytes);
      return uart.write(bytes);
    },
    close: () => uart.close(),
    longestPause: uart.longestPause,
    get collectsFor() {
      return uart.collectsFor;
    },
    advice: uart.advice,
    get baudRate() {
      return uart.baudRate;
    },
    ...(setBaudRate && { setBaudRate: (baudRate: number) => setBaudRate(baudRate) }),
    ...(port !== undefined && { port }),
    ...(notices$ && { notices$ }),
    ...(hints$ && { hints$ }),
    ...(hold && { hold }),
    ...(expect && { expect }),
    ...(ref && { ref }),
    ...(unref && { unref }),
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
