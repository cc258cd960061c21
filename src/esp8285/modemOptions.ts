import type { SchedulerLike } from 'rxjs';

import type { Rejoin } from './wifi/homeNetwork';

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
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}
