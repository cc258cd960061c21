import type { SchedulerLike } from 'rxjs';

import type { Redial } from './life/redialer';
import type { Rejoin } from './life/rejoiner';

export interface ModemOptions {
  /**
   * Passive receive: what the peer sends waits in the modem until it is read, and a slow reader slows the sender down.
   * Default: wherever the firmware has it. `false` has the modem push, which is a little faster.
   */
  readonly passiveReceive?: boolean;
  /**
   * How the network is joined again after a restart of the modem, and when it is lost and the modem does not find back
   * by itself within 15 s. `false`: not at all.
   */
  readonly rejoin?: Rejoin | false;
  /**
   * How a line that is lost is opened again, where its `Uart` can be: a server that starts again, an adapter that is
   * unplugged and plugged in. `status$` tells of each attempt; connections are lost with the line, and then all is as after
   * a restart of the modem. `false`: not by itself; `start()` and `reset()` open it again.
   */
  readonly redial?: Redial | false;
  /**
   * Seconds, 0 to 7200, after which the modem closes a connection to its listening port on which nothing comes or goes.
   * Default: 0, never, as sockets have it.
   */
  readonly idleTimeout?: number;
  /**
   * Milliseconds of silence after which what the modem has begun to say gets no end: it was cut off by a reset or an
   * overrun, for the modem prints without a pause. A block cut off fails its connection. Default: what the line says of
   * itself (`Uart.longestPause`): 100 for a serial port and the virtual modem, 3000 for `tcp:` and `rfc2217:`, which
   * may have to send a segment again; 500 for a line that says nothing.
   */
  readonly longestPause?: number;
  /**
   * What a line means that stands in no list: `'news'`, of another maker's firmware, of a newer one, of a log on the same
   * line; it is shown in `trace$` and otherwise ignored. `'damage'`: what is left of data whose header was lost, which ends
   * every connection whose data are pushed; for firmware that is known to print nothing of its own, on a bad line. What
   * cannot be a line is damage in either case. Default: `'news'`.
   */
  readonly unknownLines?: 'news' | 'damage';
  /**
   * Milliseconds between two questions about a connection that stays quiet, at most: what the modem said of it may be
   * lost. The first is asked after 2000, each next one after twice as long. `Infinity` for none. Default: 10 000, and none
   * with a scheduler of one's own, whose virtual time would never end.
   */
  readonly longestQuiet?: number;
  /**
   * Milliseconds of silence after which the modem is asked whether it is there, on a line that would be opened again: a
   * network may take a connection away without a word. `Infinity` for never. Default: 15 000, and never with a scheduler of
   * one's own, whose virtual time would not end.
   */
  readonly longestSilence?: number;
  /**
   * Flow control of the line, for what the firmware pushes (AT before 1.7, `passiveReceive: false`, and ESP-AT while there
   * is a socket for datagrams): a slow reader holds the line back, and with it the modem and the sender. Only on a line
   * that was opened with `rtscts`, whose wires RTS and CTS are connected; `EINVAL` on any other. Default: false.
   */
  readonly flowControl?: boolean;
  /**
   * Milliseconds that the line is held for a reader who takes nothing. All other sockets wait meanwhile; then this one
   * fails with `ENOBUFS`. Default: 2000.
   */
  readonly longestHold?: number;
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}
