import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  combineLatest,
  concat,
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  ReplaySubject,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timeout,
} from 'rxjs';

import { yieldToInput } from '../../streams/internal';
import { OSError } from '../../usocket/contract/osError';
import { type ReopenableUart, reopenableUart } from '../line/reopenableUart';
import { checkBaudRate, checkSerialSettings, defaultBaudRate, type SerialSettings } from '../line/serialSettings';
import type { Transport } from '../line/transportUart';
import { quoteServerMessage } from '../tcp/quoteServerMessage';
import { tcpTransport, type TcpUartOptions } from '../tcp/tcpUart';
import { comPortCommands, hangUp, longestCommand, RESUME, speedCommand, SUSPEND } from './comPort';
import { comPortAnswers, setUpComPort } from './setUpComPort';
import { decodeTelnet, escapeIac, type TelnetEvent } from './telnet';
import { agreeOnComPort, binaryRefusals, declineOtherOptions } from './telnetOptions';

/** A serial server of RFC 2217, how to connect to it, and how its serial port is set up. */
export interface Rfc2217UartOptions extends TcpUartOptions, SerialSettings {
  /** Whether the RTS and CTS signals of the server's serial port control the flow. Default: false. */
  readonly rtscts?: boolean;
  /** How long connecting, negotiating and setting up the line may take, in milliseconds. Default: 5000. */
  readonly timeout?: number;
}

/** The most milliseconds without a further answer. After that, the server will not answer the other commands. */
const longestGrace = 1_000;
/** How many notices a late subscriber gets. */
const mostNotices = 16;

const doubled = 'that the server doubles the byte 0xFF in data, as RFC 854 wants it';
const undoubled =
  'the serial server sends the byte 0xFF in data once instead of twice (RFC 854), so that data get lost; have it keep to ' +
  'RFC 2217, or use a raw port of it with tcp://';

/**
 * Opens a serial line behind a serial server of RFC 2217 (`ser2net` with `accepter: telnet(rfc2217),tcp`), at once, and
 * sets its speed and framing there. Writes wait until that is done.
 *
 *     const uart = rfc2217Uart({ host: '192.168.1.9', port: 2217, baudRate: 115200 });
 *
 * Servers confirm differently. The speed has to be right, within 3 per cent, and `rtscts` has to be confirmed.
 * `notices$` reports every other setting that a server confirms differently or not at all, and a server that does not
 * agree to BINARY.
 *
 * Errors, of `rx$` and of every write: those of {@link tcpUart}; `EPROTO` when the server does not speak RFC 2217,
 * `EINVAL` when it does not take the speed or `rtscts`, `ETIMEDOUT` when it does not answer.
 *
 * @throws `EINVAL` at the call for an empty host, a port outside 1–65535, a baud rate that is not a positive whole
 *   number, or `rts` together with `rtscts`.
 * @see RFC 2217, "Telnet Com Port Control Option".
 */
export function rfc2217Uart(options: Rfc2217UartOptions): ReopenableUart {
  // Whether the server doubles 255 is remembered from one connection to the next.
  const doubling = { isBroken: false };
  return reopenableUart(() => rfc2217Transport(options, doubling));
}

function rfc2217Transport(options: Rfc2217UartOptions, doubling: { isBroken: boolean }): Transport {
  const { host, port, baudRate = defaultBaudRate, scheduler = asyncScheduler, timeout: first = 5000 } = options;
  const name = `${host}:${port}`;
  checkSerialSettings(name, options);

  const tcp = tcpTransport(options);
  const ready = new BehaviorSubject(false);
  const suspended = new BehaviorSubject(false);
  const clear$ = combineLatest([ready, suspended]).pipe(
    map(([isReady, isSuspended]) => isReady && !isSuspended),
    distinctUntilChanged(),
  );
  const late = (): OSError =>
    new OSError('ETIMEDOUT', 'open', `open ${name}: no complete answer in ${first} ms; is it a server of RFC 2217?`);
  const unconfirmed = (speed: number): OSError =>
    new OSError('ETIMEDOUT', 'open', `${name}: the serial server has not confirmed ${speed} baud in ${first} ms`);
  // The answers may have come while the program was busy.
  const patient = yieldToInput(scheduler);
  const setting = { grace: Math.min(longestGrace, first / 4), scheduler };
  const telnet = new Subject<TelnetEvent>();
  const notices = new ReplaySubject<string>(mostNotices);
  const notify = (notice: string): void => {
    notices.next(notice);
  };
  const advice = (check: string): string => (doubling.isBroken ? `${undoubled} (${name})` : `${check}; and ${doubled}`);
  return {
    name,
    notices$: notices.asObservable(),
    received$: tcp.received$.pipe(
      decodeTelnet({ longest: longestCommand }),
      tap((event) => {
        if (event.kind === 'subnegotiation') telnet.next(event);
      }),
      connect((events$) =>
        merge(
          dataOf(events$),
          declineOtherOptions(tcp, events$),
          comPortAnswers(events$).pipe(
            filter(([code]) => code === SUSPEND || code === RESUME),
            tap(([code]) => suspended.next(code === SUSPEND)),
            ignoreElements(),
          ),
          binaryRefusals(name, events$).pipe(tap(notify), ignoreElements(), takeUntil(ready.pipe(filter(Boolean)))),
          events$.pipe(
            filter(({ kind }) => kind === 'violation'),
            take(1),
            tap(() => {
              doubling.isBroken = true;
              notify(`${name}: ${undoubled}`);
            }),
            ignoreElements(),
          ),
          concat(
            agreeOnComPort(name, tcp, events$),
            setUpComPort(tcp, events$, {
              commands: comPortCommands(name, options),
              ...setting,
              notify,
            }),
          ).pipe(
            timeout({ first, scheduler: patient, with: () => throwError(late) }),
            tap({ complete: () => ready.next(true) }),
          ),
        ),
      ),
      quoteServerMessage(),
      catchError((error: unknown) =>
        concat(
          tcp.release(),
          throwError(() => error),
        ),
      ),
    ),
    writable$: combineLatest([tcp.writable$, clear$]).pipe(map(([one, other]) => one && other)),
    send(bytes) {
      return clear$.pipe(
        filter(Boolean),
        take(1),
        concatMap(() => tcp.send(escapeIac(bytes))),
      );
    },
    baudRate,
    setBaudRate(wanted) {
      return defer(() => {
        checkBaudRate(`change the speed of ${name}`, wanted);
        return clear$.pipe(filter(Boolean), take(1));
      }).pipe(
        concatMap(() => setUpComPort(tcp, telnet, { commands: [speedCommand(name, wanted)], ...setting, notify })),
        timeout({ first, scheduler: patient, with: () => throwError(() => unconfirmed(wanted)) }),
      );
    },
    // Not by FLOWCONTROL-SUSPEND, which servers may ignore. Not reading also holds back the server's commands, RESUME among
    // them.
    hold: tcp.hold,
    reference: tcp.reference,
    longestPause: tcp.longestPause,
    advice: {
      get loss() {
        return advice(`check the serial port of the server ${name}: its speed, its wiring, its flow control`);
      },
      // A single 255 removes bytes from a block, which then seems not to end.
      get silence() {
        return advice(`check the serial server ${name}, and the network to it`);
      },
    },
    release() {
      return defer(() => {
        const isHungUp = options.hupcl === true && ready.value;
        // Sent before the end. The end does not wait for a server that takes nothing.
        const sending = isHungUp ? tcp.send(hangUp()).subscribe({ error: () => undefined }) : undefined;
        return tcp.release().pipe(finalize(() => sending?.unsubscribe()));
      });
    },
  } satisfies Transport;
}

function dataOf(events$: Observable<TelnetEvent>): Observable<Uint8Array> {
  return events$.pipe(
    filter((event) => event.kind === 'data'),
    map(({ bytes }) => bytes),
  );
}
