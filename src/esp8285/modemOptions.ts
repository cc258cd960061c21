import type { SchedulerLike } from 'rxjs';

import { OSError } from '../usocket/contract/osError';
import type { Receive } from './commands/dialect';
import type { RedialOptions } from './life/redialer';
import type { RejoinOptions } from './life/rejoiner';

/**
 * The options of the interface. Times are in milliseconds.
 *
 *     const nic = await network.ESP8285(uart, { receive: 'pushed', rejoin: { count: Infinity } });
 */
export interface ModemOptions {
  /**
   * How received data come, if the firmware can hold them back (AT 1.7, ESP-AT 2.1, and later). Older firmware pushes them
   * in any case.
   *
   * - `'adaptive'`: the modem pushes data while all readers keep up, which is fastest. As soon as one falls behind, it
   *   holds the data of all connections back, and they are pulled as below, until all have caught up. After the line has
   *   lost data, they are always pulled.
   * - `'pulled'`: data wait in the modem until they are read (passive receive), so that a slow reader slows its sender
   *   down. For a line that is known to be bad, because no pushed data can get lost.
   * - `'pushed'`: the modem always pushes. A reader that is too slow fails with `ENOBUFS`, unless there is flow control.
   *
   * Default: `'adaptive'`.
   */
  readonly receive?: 'adaptive' | 'pushed' | 'pulled';
  /**
   * The speed at which the line is used, in bits per second, such as 921600. Most modems start at 115200, which is the
   * bound of everything that they send and receive. The line is opened with the speed that the modem has after a start.
   * Each set-up then tells the modem the new one until its next start (`AT+UART_CUR`, which spares the flash), changes the
   * line, and checks that both understand each other. If they do not, or not without damage, the next slower usual speed
   * is tried. `nic.baud` is the speed in use, and `trace$` says why it is not the wanted one. A modem that a crashed
   * program has left at this speed is found. `EOPNOTSUPP` for a line whose speed cannot be changed from here, such as
   * `tcp:`. With `'auto'`, the speed of the modem is not known: the usual ones are tried, within 15 s, and the line keeps the
   * one that the modem has. Default: the speed of the line stays.
   */
  readonly baud?: number | 'auto';
  /**
   * How the network is joined again after a restart of the modem, or when it is lost and the modem does not join it by
   * itself within 15 s. With `false`, it is not joined again. Default: see {@link RejoinOptions}.
   */
  readonly rejoin?: RejoinOptions | false;
  /**
   * How a lost line is opened again, if its `Uart` can be: after a server has restarted, or an adapter was unplugged
   * and plugged in. `status$` shows each attempt. Connections are lost with the line; afterwards all is as after a
   * restart of the modem. With `false`, only `start()` and `reset()` open it again. Default: see {@link RedialOptions}.
   */
  readonly redial?: RedialOptions | false;
  /**
   * The modem closes a connection to its listening port after this many milliseconds without data in either direction:
   * 0 to 7 200 000, in whole seconds. Default: 0, which is never, as with other sockets.
   */
  readonly idleTimeout?: number;
  /**
   * If the line is silent for this many milliseconds in the middle of a message, the message counts as cut off by a
   * reset or an overrun, because a modem prints without a pause. A block that is cut off fails its connection. Default:
   * what the line says of itself (`Uart.longestPause`): 100 for a serial port and the virtual modem; 3000 for `tcp:`
   * and `rfc2217:`, which may have to send a segment again, and for a pseudo-terminal, whose program may have to wait for
   * the processor; 500 for a line that says nothing.
   */
  readonly longestPause?: number;
  /**
   * How to treat a whole line that the driver does not know. `'news'`: it comes from another maker's firmware, a newer
   * one, or a log on the same line; `trace$` shows it, and otherwise it is ignored. `'damage'`: it is the rest of data
   * whose header was lost, which ends every connection whose data are pushed. Use that for firmware that is known to
   * print nothing of its own, on a bad line. What cannot be a line is damage in either case. Default: `'news'`.
   */
  readonly unknownLines?: 'news' | 'damage';
  /**
   * The longest time between two polls, in milliseconds, for a connection that is quiet, because the line may have lost
   * a message about it. The first poll comes after 2000, and each later pause is twice as long as the one before.
   * `Infinity` means no polls. Default: 10 000; `Infinity` with a `scheduler` of virtual time, which would never end.
   */
  readonly longestQuiet?: number;
  /**
   * After this many milliseconds of silence, the driver asks the modem whether it is still there, on a line that can be
   * opened again, because a network may lose a connection silently. `Infinity` means never. Default: 15 000; `Infinity`
   * with a `scheduler` of virtual time, which would never end.
   */
  readonly longestSilence?: number;
  /**
   * Flow control of the line, for data that cannot be pulled (AT before 1.7, `receive: 'pushed'`, and ESP-AT while a
   * datagram socket is open): a slow reader holds the line back, and with it the modem and the sender. Only for a line that
   * was opened with `rtscts` and has its RTS and CTS wires connected; `EINVAL` on any other. Default: `false`.
   */
  readonly flowControl?: boolean;
  /**
   * The longest time, in milliseconds, for which the line is held for a socket that is not read. All other sockets wait
   * meanwhile. After that, this socket fails with `ENOBUFS`. Default: 2000.
   */
  readonly longestHold?: number;
  /** The scheduler of all pauses and deadlines. A `TestScheduler` makes the time virtual. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const waysToReceive: readonly Receive[] = ['adaptive', 'pushed', 'pulled'];

/** Returns how received data come. Throws `EINVAL` for a word that is not one of them. */
export function receiveOf({ receive = 'adaptive' }: ModemOptions): Receive {
  if (waysToReceive.includes(receive)) return receive;
  const message = `receive: 'adaptive', 'pushed' or 'pulled', not ${JSON.stringify(receive)}`;
  throw new OSError('EINVAL', 'modem', message);
}

/** Milliseconds. `AT+CIPSTO` refuses more. */
const longestIdle = 7_200_000;

/**
 * Returns the idle time-out in seconds, for `AT+CIPSTO`. Throws `EINVAL` for a value that the modem does not accept.
 */
export function idleSecondsOf({ idleTimeout = 0 }: ModemOptions): number {
  // JavaScript would divide a text, too.
  const isWhole = Number.isInteger(idleTimeout) && idleTimeout % 1_000 === 0;
  if (isWhole && idleTimeout >= 0 && idleTimeout <= longestIdle) return idleTimeout / 1_000;
  const message = `idleTimeout: whole seconds in milliseconds, 0 to ${longestIdle}, not ${idleTimeout}`;
  throw new OSError('EINVAL', 'modem', message);
}
