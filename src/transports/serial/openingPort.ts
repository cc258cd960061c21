import type { SchedulerLike } from 'rxjs';

import type { Transport } from '../line/transportUart';
import type { SignalPort } from './controlSignals';
import type { ReadWait } from './readWait';
import type { PortSettings } from './systemBinding';

/** How a port is opened and read. */
export interface PortOptions {
  readonly settings: PortSettings;
  /** See {@link Transport.longestPause}. */
  readonly longestPause: number;
  /** How long reads wait for more bytes. */
  readonly wait: ReadWait;
  /** The scheduler of that time. */
  readonly scheduler: SchedulerLike;
}

/** A port that is being opened: its bytes, and its signals. */
export interface OpeningPort {
  readonly transport: Transport;
  readonly signals: SignalPort;
}
