import type { Uart } from '../../streams';
import type { Executor } from '../executor/executor';
import type { Wire } from '../executor/wire';
import type { LineHold } from '../flow/lineHold';
import type { LinkTable } from '../links/linkTable';
import type { ServerPort } from '../openers/serverPort';
import type { Trace } from '../trace/trace';
import type { StationList } from '../wifi/softAp';
import type { ModemState } from './modemState';
import type { Redialer } from './redialer';

/** The parts of a modem that its life begins and ends. */
export interface ModemParts {
  readonly uart: Uart;
  readonly wire: Wire;
  readonly executor: Executor;
  readonly links: LinkTable;
  readonly server: ServerPort;
  readonly stations: StationList;
  readonly hold: LineHold;
  readonly redialer: Redialer;
  readonly trace: Trace;
  readonly state: ModemState;
}
