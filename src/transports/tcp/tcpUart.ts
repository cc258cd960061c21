import { connect } from 'node:net';
import { asyncScheduler, fromEvent, ignoreElements, merge, type SchedulerLike, takeUntil, tap, timer } from 'rxjs';

import { closeSocket } from '../../system/closeSocket';
import { systemError } from '../../system/systemError';
import { OSError } from '../../usocket/contract/osError';
import { duplexTransport } from '../line/duplexTransport';
import { type ReopenableUart, reopenableUart } from '../line/reopenableUart';
import type { Transport } from '../line/transportUart';
import { quoteServerMessage } from './quoteServerMessage';

/** A serial server, and how to connect to it. */
export interface TcpUartOptions {
  /** Name or numeric address of the serial server. */
  readonly host: string;
  /** The port of the serial server, 1–65535. */
  readonly port: number;
  /**
   * Whether the server's serial port has RTS/CTS flow control, so that the modem stops when this side takes no bytes.
   * Default: false.
   */
  readonly rtscts?: boolean;
  /** How long connecting may take, in milliseconds. Default: 10 000. */
  readonly timeout?: number;
  /** How long closing waits for a server that does not accept the last bytes, in milliseconds. Default: 1000. */
  readonly linger?: number;
  /** The scheduler of both. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Milliseconds of silence after which the operating system asks whether the server is still there. */
const firstProbe = 30_000;

/** Milliseconds. A lost segment is sent again after 0.2 to 1.2 s (measured), and may be lost again. */
const longestPause = 3_000;

/**
 * Opens a serial line behind a raw TCP serial server (`ser2net` with `accepter: tcp`, the "TCP server" mode of an
 * adapter), at once. Speed and framing are set at the server.
 *
 *     const uart = tcpUart({ host: '192.168.1.9', port: 3000 });
 *
 * Errors, of `rx$` and of every write: `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `EAI_NONAME` and the like when the
 * server cannot be reached; `ENODEV` when it closes or resets the connection, or is gone silently, which the operating
 * system detects after 30 s of silence. A closed line completes `rx$`, and fails a write with `EBADF`.
 *
 * @throws `EINVAL` at the call for an empty host or a port outside 1–65535.
 */
export function tcpUart(options: TcpUartOptions): ReopenableUart {
  return reopenableUart(() => {
    const transport = tcpTransport(options);
    return { ...transport, received$: transport.received$.pipe(quoteServerMessage()) };
  });
}

/** The connection to a serial server: the transport of {@link tcpUart}, and of the protocols that run over it. */
export function tcpTransport(options: TcpUartOptions): Transport {
  const { host, port, rtscts = false, linger = 1000, timeout = 10_000, scheduler = asyncScheduler } = options;
  const name = `${host}:${port}`;
  if (host === '') throw new OSError('EINVAL', 'connect', 'connect to a serial server: the host is empty');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new OSError('EINVAL', 'connect', `connect to ${name}: a port is a whole number from 1 to 65535`);

  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: firstProbe });
  let wasConnected = false;
  socket.once('connect', () => (wasConnected = true));
  const transport = duplexTransport({
    name,
    duplex: socket,
    opened: 'connect',
    flowControl: rtscts,
    longestPause,
    reference: (isReferenced) => {
      // A socket without a connection would add a listener each time, for when it connects.
      if (socket.destroyed) return;
      if (isReferenced) socket.ref();
      else socket.unref();
    },
    advice: {
      loss: `check the serial port of the server ${name}: its speed, its wiring, its flow control`,
      silence: `check the serial server ${name}, and the network to it`,
    },
    failure: (cause) => failureOf(name, wasConnected, cause),
    release: () =>
      closeSocket(socket, {
        linger,
        scheduler,
        end: () => {
          if (socket.connecting) socket.destroy();
          else socket.destroySoon();
        },
        cutOff: () => socket.destroy(),
      }),
  });
  // The operating system's own limit is two minutes.
  const late$ = timer(timeout, scheduler).pipe(
    tap(() => socket.destroy(Object.assign(new Error(`none in ${timeout} ms`), { code: 'ETIMEDOUT' }))),
    ignoreElements(),
    takeUntil(fromEvent(socket, 'connect')),
  );
  return { ...transport, received$: merge(transport.received$, late$) };
}

function failureOf(name: string, wasConnected: boolean, cause: Error | undefined): OSError {
  const syscall = wasConnected ? 'read' : 'connect';
  if (cause === undefined)
    return new OSError('ENODEV', syscall, `${name}: the serial server closed the line; does another program use it?`);
  if (!wasConnected) return systemError(`connect to the serial server ${name}`, syscall, cause);
  // Not `ECONNRESET`, which a program would take for the end of a connection of one of its sockets.
  return systemError(`${name}: the line to the serial server is lost`, syscall, cause, 'ENODEV');
}
