import type { SocketConnectOpts } from 'node:net';

import { atCaller } from '../../usocket/contract/callerStack';
import { NicSocket, type NicSocketOptions } from './nicSocket';

/** The options of {@link connect}: those of `net.connect`, and how the socket uses its interface. */
export type NicConnectOptions = NicSocketOptions &
  SocketConnectOpts & {
    /** The milliseconds of `setTimeout`. */
    readonly timeout?: number | undefined;
  };

/**
 * Connects through a network interface, in the form of `net.connect`. It returns the socket at once, which emits `connect`
 * when it is connected, or `error`.
 *
 *     const socket = connect({ host: 'example.net', port: 80 });
 *     socket.end('GET / HTTP/1.0\r\nHost: example.net\r\n\r\n');
 *     socket.pipe(process.stdout);
 *
 * If all links of the interface are in use, it waits for one. The errors of the socket are those of Node.js, with `code`,
 * `errno`, `syscall`, `address` and `port`. Their `cause` is the `OSError` of the interface, which says more.
 */
export function connect(to: NicConnectOptions | number, listener?: () => void): NicSocket;
export function connect(port: number, host: string | undefined, listener?: () => void): NicSocket;
export function connect(first: NicConnectOptions | number, ...rest: unknown[]): NicSocket {
  const options = typeof first === 'object' ? first : undefined;
  const socket = new NicSocket(options);
  if (options?.timeout) socket.setTimeout(options.timeout);
  return atCaller(() => socket.connect(first, ...rest));
}
