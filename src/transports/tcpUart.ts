import { connect, type Socket } from 'node:net';
import {
  EMPTY,
  asyncScheduler,
  concat,
  defer,
  fromEvent,
  ignoreElements,
  merge,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import { type ErrorCode, isErrorCode } from '../usocket/contract/errno';
import { OSError } from '../usocket/contract/osError';
import { duplexLine } from './duplexTransport';
import { quotingLastWords } from './quoteServerMessage';
import type { Line, LineUart } from './transportUart';
import { reopenable } from './reopenableUart';

export interface TcpUartOptions {
  /** Name or numeric address of the serial server. */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** Whether the server's port has RTS/CTS flow control, so that bytes not taken from it hold the modem back. */
  readonly rtscts?: boolean;
  /** How long connecting may take, in milliseconds; 10 000 unless told. */
  readonly timeout?: number;
  /** How long closing waits for a server that does not take the last bytes, in milliseconds; 1000 unless told. */
  readonly linger?: number;
  /** Keeps the time of both. */
  readonly scheduler?: SchedulerLike;
}

const meaning: Partial<Record<ErrorCode, string>> = {
  ECONNREFUSED: 'nobody listens there; check that the serial server runs and that the port is right',
  ECONNRESET: 'the serial server broke the line off; it, or what is between, has started again',
  EHOSTUNREACH: 'the serial server does not answer on its network; check that it is switched on',
  EMFILE: 'this program has too many files and sockets open; close some, or raise `ulimit -n`',
  ENETUNREACH: 'no route leads to that network; check that this machine is on line',
  EPIPE: 'the serial server has ended the line; it may have started again',
  ETIMEDOUT: 'no answer came in time; check address, firewall and network',
  EAI_NONAME: 'there is no such host name; check its spelling',
  EAI_AGAIN: 'no name server could be asked; check the network and try again',
};

/** How long the line may be silent before the kernel asks whether the server is still there, in milliseconds. */
const firstProbe = 30_000;

/** Milliseconds: a segment that was lost is sent again after 0.2 to 1.2 s (seen), and may be lost again. */
const longestPause = 3_000;

/**
 * Opens a serial line behind a raw TCP serial server (`ser2net` with `accepter: tcp`, an adapter's "TCP server" mode),
 * at once. Speed and framing are set at the server.
 *
 *     const uart = tcpUart({ host: '192.168.1.9', port: 3000 });
 *
 * Errors, of `rx$` and of every write: `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `EAI_NONAME` and the like when the
 * server cannot be reached; `ENODEV` when it closes the line, breaks it off, or is gone without a word, for which the
 * operating system asks after 30 s of silence. A closed line completes `rx$`, and fails a write with `EBADF`.
 *
 * @throws `EINVAL` at the call for an empty host or a port outside 1–65535.
 */
export function tcpUart(options: TcpUartOptions): LineUart {
  return reopenable(() => {
    const line = tcpLine(options);
    return { ...line, received$: line.received$.pipe(quotingLastWords()) };
  });
}

/** The line under {@link tcpUart}, for protocols that run over it. */
export function tcpLine(options: TcpUartOptions): Line {
  const { host, port, rtscts = false, linger = 1000, timeout = 10_000, scheduler = asyncScheduler } = options;
  const name = `${host}:${port}`;
  if (host === '') throw new OSError('EINVAL', 'connect', 'connect to a serial server: the host is empty');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new OSError('EINVAL', 'connect', `connect to ${name}: a port is a whole number from 1 to 65535`);

  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: firstProbe });
  let call = 'connect';
  socket.once('connect', () => (call = 'read'));
  const line = duplexLine({
    name,
    duplex: socket,
    opened: 'connect',
    flowControl: rtscts,
    longestPause,
    advice: {
      loss: `check the serial port of the server ${name}: its speed, its wiring, its flow control`,
      silence: `check the serial server ${name}, and the network to it`,
    },
    failure: (cause) => lossOf(name, call, cause),
    release: () => release(socket, linger, scheduler),
  });
  // The operating system takes two minutes.
  const late$ = timer(timeout, scheduler).pipe(
    tap(() => socket.destroy(Object.assign(new Error(`none in ${timeout} ms`), { code: 'ETIMEDOUT' }))),
    ignoreElements(),
    takeUntil(fromEvent(socket, 'connect')),
  );
  return { ...line, received$: merge(line.received$, late$) };
}

function lossOf(name: string, call: string, cause: (Error & { readonly code?: unknown }) | undefined): OSError {
  if (cause === undefined)
    return new OSError('ENODEV', call, `${name}: the serial server closed the line; does another program use it?`);
  const answer = typeof cause.code === 'string' ? cause.code : cause.message;
  const code = codeOf(answer);
  const told = `${meaning[code] ?? cause.message} (the operating system answered ${answer})`;
  if (call === 'connect') return new OSError(code, call, `connect to ${name}: ${told}`, { cause });
  // A code of the line's own: `ECONNRESET` would be taken for the word of a socket's peer.
  return new OSError('ENODEV', call, `${name}: ${told}`, { cause });
}

function codeOf(answer: string): ErrorCode {
  if (answer === 'ENOTFOUND') return 'EAI_NONAME';
  return isErrorCode(answer) ? answer : 'EIO';
}

function release(socket: Socket, linger: number, scheduler: SchedulerLike): Observable<never> {
  const gone$ = defer(() => (socket.closed ? EMPTY : fromEvent(socket, 'close').pipe(take(1))));
  return defer(() => {
    if (socket.destroyed) return gone$;
    if (socket.connecting) socket.destroy();
    else socket.destroySoon();
    const cutOff$ = timer(linger, scheduler).pipe(
      tap(() => socket.destroy()),
      takeUntil(fromEvent(socket, 'close')),
    );
    return concat(cutOff$, gone$);
  }).pipe(ignoreElements());
}
