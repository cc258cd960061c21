import type { SchedulerLike } from 'rxjs';

import { OSError } from '../usocket/contract/osError';
import type { RedialOptions } from './life/redialer';
import type { RejoinOptions } from './life/rejoiner';

/**
 * How the interface treats its modem; all of it is optional. Times are in milliseconds.
 *
 *     const nic = await network.ESP8285(uart, { passiveReceive: false, rejoin: { count: Infinity } });
 */
export interface ModemOptions {
  /**
   * Passive receive: what the peer sends waits in the modem until it is read, so that a slow reader slows the sender down.
   * `false` has the modem push what it receives, which is a little faster. Default: `true`, wherever the firmware has it.
   */
  readonly passiveReceive?: boolean;
  /**
   * How the network is joined again after a restart of the modem, or when it is lost and the modem does not find back by
   * itself within 15 s. `false` for not at all. Default: see {@link RejoinOptions}.
   */
  readonly rejoin?: RejoinOptions | false;
  /**
   * How a line that is lost is opened again, where its `Uart` can be: when a server starts again, or an adapter is
   * unplugged and plugged in. `status$` tells of each attempt. Connections are lost with the line; then all is as after a
   * restart of the modem. `false` for not by itself: `start()` and `reset()` open it again. Default: see
   * {@link RedialOptions}.
   */
  readonly redial?: RedialOptions | false;
  /**
   * Milliseconds, 0 to 7 200 000 in whole seconds, after which the modem closes a connection to its listening port on which
   * nothing comes or goes. Default: 0, never, as sockets do it.
   */
  readonly idleTimeout?: number;
  /**
   * Milliseconds of silence after which the modem is taken to have broken off in the middle of what it says, because of a
   * reset or an overrun: it prints without a pause. A block that is cut off fails its connection. Default: what the line
   * says of itself (`Uart.longestPause`): 100 for a serial port and the virtual modem, 3000 for `tcp:` and `rfc2217:`, which
   * may have to send a segment again; 500 for a line that says nothing.
   */
  readonly longestPause?: number;
  /**
   * What a whole line means that is in no list. `'news'`: it comes from another maker's firmware, a newer one, or a log on
   * the same line; `trace$` shows it, and otherwise it is ignored. `'damage'`: it is the rest of data whose header was lost,
   * which ends every connection whose data are pushed. Use that for firmware that is known to print nothing of its own, on
   * a bad line. What cannot be a line is damage in either case. Default: `'news'`.
   */
  readonly unknownLines?: 'news' | 'damage';
  /**
   * Most milliseconds between two questions about a connection that stays quiet, because what the modem said of it may be
   * lost. The first question comes after 2000, each further one after twice as long. `Infinity` for none. Default: 10 000;
   * `Infinity` with a `scheduler`, because its virtual time would never end.
   */
  readonly longestQuiet?: number;
  /**
   * Milliseconds of silence after which the modem is asked whether it is there, on a line that would be opened again: a
   * network may lose a connection without a word. `Infinity` for never. Default: 15 000; `Infinity` with a `scheduler`,
   * because its virtual time would never end.
   */
  readonly longestSilence?: number;
  /**
   * Flow control of the line, for data that the firmware pushes (AT before 1.7, `passiveReceive: false`, and ESP-AT while a
   * datagram socket is open): a slow reader holds the line back, and with it the modem and the sender. Only for a line that
   * was opened with `rtscts` and has its RTS and CTS wires connected; `EINVAL` on any other. Default: `false`.
   */
  readonly flowControl?: boolean;
  /**
   * Milliseconds that the line is held for a reader who takes nothing. All other sockets wait meanwhile; then this one
   * fails with `ENOBUFS`. Default: 2000.
   */
  readonly longestHold?: number;
  /** Keeps the time of all waits, pauses and deadlines; a `TestScheduler` makes it virtual. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Milliseconds; more is refused by `AT+CIPSTO`. */
const longestIdle = 7_200_000;

/** The idle time-out in the seconds of `AT+CIPSTO`. Throws `EINVAL` for one that the modem cannot be given. */
export function idleSecondsOf({ idleTimeout = 0 }: ModemOptions): number {
  const seconds = idleTimeout / 1_000;
  if (Number.isInteger(seconds) && idleTimeout >= 0 && idleTimeout <= longestIdle) return seconds;
  const message = `idleTimeout: whole seconds in milliseconds, 0 to ${longestIdle}, not ${idleTimeout}`;
  throw new OSError('EINVAL', 'modem', message);
}
