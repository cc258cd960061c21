import {
  BehaviorSubject,
  NEVER,
  ReplaySubject,
  asyncScheduler,
  catchError,
  combineLatest,
  concat,
  concatMap,
  connect,
  defer,
  distinct,
  distinctUntilChanged,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  of,
  scan,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timeout,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import { OSError } from '../usocket/contract/osError';
import {
  COM_PORT,
  hangUp,
  longestCommand,
  RESUME,
  SUSPEND,
  settingsOf,
  type ComPortSettings,
  type Setting,
} from './comPort';
import { checkWires } from './lineSettings';
import { quotingLastWords } from './quoteServerMessage';
import type { Line, LineUart } from './transportUart';
import { reopenable } from './reopenableUart';
import { tcpLine, type TcpUartOptions } from './tcpUart';
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

/** Milliseconds without a further answer after which a server gives none to the rest, at most. */
const longestGrace = 1_000;
/** How many notices a late listener is told. */
const mostNotices = 16;
/** How an offer or a request that means nothing here is turned down. */
const declineOf: Partial<Record<Verb, Verb>> = { DO: 'WONT', WILL: 'DONT' };

const doubled = 'that the server doubles the byte 0xFF in data, as RFC 854 wants it';
const undoubled =
  'the serial server sends the byte 0xFF in data once instead of twice (RFC 854), so that data get lost; have it keep to ' +
  'RFC 2217, or use a raw port of it with tcp://';

type Events$ = Observable<TelnetEvent>;

/**
 * Opens a serial line behind a server of RFC 2217 (`ser2net` with `accepter: telnet(rfc2217),tcp`), at once, and sets
 * its speed and framing there. Writes wait until that is done.
 *
 *     const uart = rfc2217Uart({ host: '192.168.1.9', port: 2217, baudRate: 115200 });
 *
 * Servers differ in how they confirm. The speed has to be right, by 3 per cent, and `rtscts` has to be confirmed; what
 * else a server answers otherwise or not at all, and that it does not agree to BINARY, `notices$` tells.
 *
 * Errors, of `rx$` and of every write: those of {@link tcpUart}; `EPROTO` when the server does not speak RFC 2217,
 * `EINVAL` when it does not take the speed or `rtscts`, `ETIMEDOUT` when it does not answer.
 *
 * @throws `EINVAL` at the call for an empty host, a port outside 1–65535, or a baud rate that is no positive number.
 * @see RFC 2217, "Telnet Com Port Control Option".
 */
export function rfc2217Uart(options: Rfc2217UartOptions): LineUart {
  // What is known of the server outlives its connections.
  const doubling = { isBroken: false };
  return reopenable(() => rfc2217Line(options, doubling));
}

function rfc2217Line(options: Rfc2217UartOptions, doubling: { isBroken: boolean }): Line {
  const { host, port, baudRate = 115_200, scheduler = asyncScheduler, timeout: first = 5000 } = options;
  const name = `${host}:${port}`;
  if (!Number.isInteger(baudRate) || baudRate <= 0 || baudRate > 0xffff_ffff)
    throw new OSError('EINVAL', 'open', `open ${name}: ${baudRate} is no baud rate; try 115200`);

  checkWires(name, options);

  const line = tcpLine(options);
  const ready = new BehaviorSubject(false);
  const suspended = new BehaviorSubject(false);
  const clear$ = combineLatest([ready, suspended]).pipe(
    map(([isReady, isSuspended]) => isReady && !isSuspended),
    distinctUntilChanged(),
  );
  const late = (): OSError =>
    new OSError('ETIMEDOUT', 'open', `open ${name}: no complete answer in ${first} ms; is it a server of RFC 2217?`);
  const notices = new ReplaySubject<string>(mostNotices);
  const tell = (notice: string): void => {
    notices.next(notice);
  };
  return {
    name,
    notices$: notices.asObservable(),
    received$: line.received$.pipe(
      decodeTelnet({ longest: longestCommand }),
      connect((events$) =>
        merge(
          dataOf(events$),
          decline(line, events$),
          comPort(events$).pipe(
            filter(([code]) => code === SUSPEND || code === RESUME),
            tap(([code]) => suspended.next(code === SUSPEND)),
            ignoreElements(),
          ),
          binaryRefusals(name, events$).pipe(tap(tell), ignoreElements(), takeUntil(ready.pipe(filter(Boolean)))),
          events$.pipe(
            filter(({ kind }) => kind === 'violation'),
            take(1),
            tap(() => {
              doubling.isBroken = true;
              tell(`${name}: ${undoubled}`);
            }),
            ignoreElements(),
          ),
          concat(
            agree(name, line, events$),
            configure(line, events$, {
              settings: settingsOf(name, { ...options, baudRate }),
              grace: Math.min(longestGrace, first / 4),
              scheduler,
              tell,
            }),
          ).pipe(
            timeout({ first, scheduler, with: () => throwError(late) }),
            tap({ complete: () => ready.next(true) }),
          ),
        ),
      ),
      quotingLastWords(),
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
      get loss() {
        if (doubling.isBroken) return `${undoubled} (${name})`;
        return `check the serial port of the server ${name}: its speed, its wiring, its flow control; and ${doubled}`;
      },
      // A block that lacks a byte at its end is waited for.
      get silence() {
        if (doubling.isBroken) return `${undoubled} (${name})`;
        return `check the serial server ${name}, and the network to it; and ${doubled}`;
      },
    },
    release() {
      return defer(() => {
        const isHungUp = options.hupcl === true && ready.value;
        // On its way before the end; a server that takes nothing any more is not waited for.
        const saying = isHungUp ? line.send(hangUp()).subscribe({ error: () => undefined }) : undefined;
        return line.release().pipe(finalize(() => saying?.unsubscribe()));
      });
    },
  } satisfies Line;
}

function dataOf(events$: Events$): Observable<Uint8Array> {
  return events$.pipe(
    filter((event) => event.kind === 'data'),
    map(({ bytes }) => bytes),
  );
}

/** Offers what is needed, and completes when the server has agreed to the one thing without which there is no line. */
function agree(server: string, line: Line, events$: Events$): Observable<never> {
  const agreed$ = events$.pipe(
    filter(
      (event) =>
        // Some say that they will use it themselves, or just use it.
        (event.kind === 'negotiation' && event.option === COM_PORT && event.verb !== 'WONT') ||
        (event.kind === 'subnegotiation' && event.option === COM_PORT),
    ),
    take(1),
    tap((event) => {
      if (event.kind !== 'negotiation' || event.verb !== 'DONT') return;
      const told = `the serial server refused (DONT ${COM_PORT}); if it is a raw one, use tcp://${server}`;
      throw new OSError('EPROTO', 'open', `open ${server}: asked for RFC 2217, ${told}`);
    }),
    ignoreElements(),
  );
  const offers = Buffer.concat(opening.map(([verb, option]) => negotiation(verb, option)));
  return merge(agreed$, line.send(offers));
}

/** Many servers that refuse BINARY pass all bytes as they are. */
function binaryRefusals(server: string, events$: Events$): Observable<string> {
  return events$.pipe(
    filter((event) => event.kind === 'negotiation'),
    filter(({ verb, option }) => option === BINARY && (verb === 'DONT' || verb === 'WONT')),
    distinct(({ verb }) => verb),
    map(({ verb }) => {
      const way = verb === 'DONT' ? 'to the modem' : 'from the modem';
      return `${server}: the serial server does not agree to BINARY (${verb} 0): some bytes may be changed on their way ${way}`;
    }),
  );
}

interface Configuring {
  readonly settings: readonly Setting[];
  /** Milliseconds without a further answer after which the server gives none to the rest. */
  readonly grace: number;
  readonly scheduler: SchedulerLike;
  readonly tell: (notice: string) => void;
}

/** Sets speed and framing, and completes when the server has confirmed what is needed, and the rest or not. */
function configure(line: Line, events$: Events$, { settings, grace, scheduler, tell }: Configuring): Observable<never> {
  const judge = (setting: Setting, value: Buffer | undefined): void => {
    const told = setting.judge(value);
    if (told !== undefined) tell(told);
  };
  const answers = settings.map((setting) =>
    comPort(events$).pipe(
      filter(([code, value]) => setting.isAnswer(code, value)),
      // A refusal may be news of what is set now, said before the command was heard: what comes behind it counts.
      switchMap(([, value]) =>
        isRefused(setting, value) ? timer(grace / 2, scheduler).pipe(map(() => value)) : of(value),
      ),
      take(1),
      tap((value) => judge(setting, value)),
      map(() => setting),
    ),
  );
  const [speed] = settings;
  const confirmed$ = merge(...answers).pipe(
    scan((open, setting) => open.filter((other) => other !== setting), settings),
    switchMap((open) => {
      if (open.length === 0) return of(open);
      return open.some((setting) => setting === speed) ? NEVER : timer(grace, scheduler).pipe(map(() => open));
    }),
    take(1),
    tap((open) => {
      for (const setting of open) judge(setting, undefined);
    }),
    ignoreElements(),
  );
  return merge(confirmed$, line.send(Buffer.concat(settings.map(({ command }) => command))));
}

function isRefused(setting: Setting, value: Buffer): boolean {
  try {
    setting.judge(value);
    return false;
  } catch {
    return true;
  }
}

/** The COM-PORT commands of the server: code and value. */
function comPort(events$: Events$): Observable<readonly [code: number, value: Buffer]> {
  return events$.pipe(
    filter((event) => event.kind === 'subnegotiation'),
    filter(({ option }) => option === COM_PORT),
    map(({ bytes }) => [bytes[0] ?? -1, bytes.subarray(1)] as const),
  );
}

/**
 * Turns down each option that was not ours to begin with, once: a server that goes on asking is not answered without end.
 * Answers to ours need none, or the two would never end.
 */
function decline(line: Line, events$: Events$): Observable<never> {
  const ours = new Set(opening.map(([verb, option]) => `${verb === 'WILL' ? 'DO' : 'WILL'} ${option}`));
  return events$.pipe(
    filter((event) => event.kind === 'negotiation'),
    filter(({ verb, option }) => !ours.has(`${verb} ${option}`)),
    distinct(({ verb, option }) => `${verb} ${option}`),
    concatMap(({ verb, option }) => {
      if (verb === 'WILL' && option === COM_PORT) return [negotiation('DO', option)];
      const answer = declineOf[verb];
      return answer === undefined ? [] : [negotiation(answer, option)];
    }),
    concatMap((answer) => line.send(answer)),
  );
}
