import {
  BehaviorSubject,
  asyncScheduler,
  catchError,
  combineLatest,
  concat,
  concatMap,
  connect,
  distinctUntilChanged,
  filter,
  ignoreElements,
  map,
  merge,
  take,
  tap,
  throwError,
  timeout,
  type Observable,
} from 'rxjs';

import { OSError } from '../usocket/osError';
import { COM_PORT, RESUME, SUSPEND, settingsOf, type ComPortSettings } from './comPort';
import { lineUart, type Line, type LineUart } from './lineUart';
import { tcpLine, type TcpUartOptions } from './tcp';
import { decodeTelnet, escapeIac, negotiation, type TelnetEvent, type Verb } from './telnet';

export interface Rfc2217UartOptions extends TcpUartOptions, ComPortSettings {
  /** How long connecting, negotiating and setting up the line may take, in milliseconds; 5000 unless told. */
  readonly timeout?: number;
}

/** Telnet options besides COM-PORT: all 256 values pass as they are (RFC 856), and no GO AHEAD comes (RFC 858). */
const BINARY = 0;
const SUPPRESS_GO_AHEAD = 3;

/** What is offered to the server and asked of it, once, at the start. */
const opening: readonly (readonly [Verb, number])[] = [
  ['WILL', BINARY],
  ['DO', BINARY],
  ['WILL', SUPPRESS_GO_AHEAD],
  ['DO', SUPPRESS_GO_AHEAD],
  ['WILL', COM_PORT],
];

/** What the server has to agree to. */
const needed: readonly (readonly [Verb, number])[] = [
  ['DO', COM_PORT],
  ['DO', BINARY],
  ['WILL', BINARY],
];

const refusalOf: Partial<Record<Verb, Verb>> = { DO: 'DONT', WILL: 'WONT' };
/** How an offer or a request that means nothing here is turned down. */
const declineOf: Partial<Record<Verb, Verb>> = { DO: 'WONT', WILL: 'DONT' };

type Events$ = Observable<TelnetEvent>;

/**
 * Opens a serial line behind a server of RFC 2217 (`ser2net` with `accepter: telnet(rfc2217),tcp`), at once, and sets
 * its speed and framing there. Writes wait until that is done.
 *
 *     const uart = rfc2217Uart({ host: '192.168.1.9', port: 2217, baudRate: 115200 });
 *
 * Errors, of `rx$` and of every write: those of {@link tcpUart}; `EPROTO` when the server does not speak RFC 2217,
 * `EINVAL` when it does not take the settings, `ETIMEDOUT` when it does not answer.
 *
 * @throws `EINVAL` at the call for an empty host, a port outside 1–65535, or a baud rate that is no positive number.
 * @see RFC 2217, "Telnet Com Port Control Option".
 */
export function rfc2217Uart(options: Rfc2217UartOptions): LineUart {
  return lineUart(rfc2217Line(options));
}

function rfc2217Line(options: Rfc2217UartOptions): Line {
  const { host, port, baudRate = 115_200, scheduler = asyncScheduler, timeout: first = 5000 } = options;
  const name = `${host}:${port}`;
  if (!Number.isInteger(baudRate) || baudRate <= 0 || baudRate > 0xffff_ffff)
    throw new OSError('EINVAL', 'open', `open ${name}: ${baudRate} is no baud rate; try 115200`);

  const line = tcpLine(options);
  const ready = new BehaviorSubject(false);
  const suspended = new BehaviorSubject(false);
  const clear$ = combineLatest([ready, suspended]).pipe(
    map(([isReady, isSuspended]) => isReady && !isSuspended),
    distinctUntilChanged(),
  );
  const late = (): OSError =>
    new OSError('ETIMEDOUT', 'open', `open ${name}: no complete answer in ${first} ms; is it a server of RFC 2217?`);
  const overflow = (): OSError =>
    new OSError('EPROTO', 'read', `${name}: the serial server sent an endless telnet command; is it of RFC 2217?`);

  return {
    name,
    received$: line.received$.pipe(
      decodeTelnet({ maxLength: 1024, overflow }),
      connect((events$) =>
        merge(
          dataOf(events$),
          decline(line, events$),
          comPort(events$, [SUSPEND, RESUME]).pipe(
            tap(([code]) => suspended.next(code === SUSPEND)),
            ignoreElements(),
          ),
          concat(agree(name, line, events$), configure(name, line, events$, { ...options, baudRate })).pipe(
            timeout({ first, scheduler, with: () => throwError(late) }),
            tap({ complete: () => ready.next(true) }),
          ),
        ),
      ),
      catchError((error: unknown) =>
        concat(
          line.release(),
          throwError(() => error),
        ),
      ),
    ),
    writable$: combineLatest([line.writable$, clear$]).pipe(map(([one, other]) => one && other)),
    send(bytes) {
      return clear$.pipe(
        filter((isClear) => isClear),
        take(1),
        concatMap(() => line.send(escapeIac(bytes))),
      );
    },
    // Not FLOWCONTROL-SUSPEND, which a server need not heed; this one also puts off its commands, RESUME among them.
    hold: line.hold,
    longestPause: line.longestPause,
    advice: {
      loss:
        `check the serial port of the server ${name}: its speed, its wiring, its flow control; and that the server ` +
        'doubles the byte 0xFF in data, as RFC 854 wants it',
      silence: `check the serial server ${name}, and the network to it`,
    },
    release() {
      return line.release();
    },
  } satisfies Line;
}

function dataOf(events$: Events$): Observable<Uint8Array> {
  return events$.pipe(
    filter((event) => event.kind === 'data'),
    map(({ bytes }) => bytes),
  );
}

/** Offers what is needed, and completes when the server has agreed to all of it. */
function agree(server: string, line: Line, events$: Events$): Observable<never> {
  const agreed = needed.map(([verb, option]) =>
    events$.pipe(
      filter((event) => event.kind === 'negotiation'),
      filter((event) => event.option === option && (event.verb === verb || event.verb === refusalOf[verb])),
      take(1),
      tap((event) => {
        if (event.verb === verb) return;
        const told = `the serial server refused (${event.verb} ${option}); if it is a raw one, use tcp://${server}`;
        throw new OSError('EPROTO', 'open', `open ${server}: asked for RFC 2217, ${told}`);
      }),
      ignoreElements(),
    ),
  );
  const offers = Buffer.concat(opening.map(([verb, option]) => negotiation(verb, option)));
  return merge(...agreed, line.send(offers));
}

/** Sets speed and framing, and completes when the server has confirmed all of it. */
function configure(server: string, line: Line, events$: Events$, wanted: ComPortSettings): Observable<never> {
  const settings = settingsOf(server, wanted);
  const confirmed = settings.map(({ answer, check }) =>
    comPort(events$, [answer]).pipe(
      take(1),
      tap(([, value]) => check(value)),
      ignoreElements(),
    ),
  );
  return merge(...confirmed, line.send(Buffer.concat(settings.map(({ command }) => command))));
}

/** The COM-PORT commands of the server with one of these codes: code and value. */
function comPort(events$: Events$, codes: readonly number[]): Observable<readonly [code: number, value: Buffer]> {
  return events$.pipe(
    filter((event) => event.kind === 'subnegotiation'),
    filter(({ option, bytes }) => option === COM_PORT && codes.includes(bytes[0] ?? -1)),
    map(({ bytes }) => [bytes[0] ?? -1, bytes.subarray(1)] as const),
  );
}

/** Turns down each option that was not ours to begin with. Answers to ours need none, or the two would never end. */
function decline(line: Line, events$: Events$): Observable<never> {
  const ours = new Set(opening.map(([verb, option]) => `${verb === 'WILL' ? 'DO' : 'WILL'} ${option}`));
  return events$.pipe(
    filter((event) => event.kind === 'negotiation'),
    concatMap(({ verb, option }) => {
      const answer = declineOf[verb];
      return answer === undefined || ours.has(`${verb} ${option}`) ? [] : [negotiation(answer, option)];
    }),
    concatMap((answer) => line.send(answer)),
  );
}
