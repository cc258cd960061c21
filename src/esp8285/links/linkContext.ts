import type { Observable } from 'rxjs';

import type { LineAdvice } from '../../streams';
import type { Dialect } from '../commands/dialect';
import type { Executor } from '../executor/executor';
import type { LineHold } from '../flow/lineHold';
import type { AdaptiveReceive } from './adaptive/adaptiveReceive';
import type { ReceiveMode } from './adaptive/receiveMode';
import type { LifeContext } from './linkLife';
import type { Polling } from './polling/pollTogether';
import type { SendBuffer } from './sending/sendBuffer';

/** What a link needs of its modem. */
export interface LinkContext extends LifeContext {
  readonly executor: Executor;
  readonly receiveMode: ReceiveMode;
  readonly adaptive: AdaptiveReceive;
  readonly sendBuffer: SendBuffer;
  readonly hold: LineHold;
  /** The dialect of the modem; `undefined` until it has been set up. */
  readonly dialect: () => Dialect | undefined;
  /** What to look at when the line has lost data. */
  readonly advice: LineAdvice;
  /** Polls the modem now and then, while it is subscribed to, for the links that it has. Emits nothing. */
  readonly polling: Polling;
  /** A link keeps the program running, or does so no more. */
  readonly updateNeed: () => void;
  /** Runs an operation in the background. It must not fail. */
  readonly run: (operation$: Observable<unknown>) => void;
}
