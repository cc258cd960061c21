import type { SchedulerLike } from 'rxjs';

import type { Output } from '../line/output';
import type { Internet } from '../network/internet';
import type { FaultState } from '../simulation/faultState';
import type { Delays } from '../simulation/latencies';
import type { Random } from '../simulation/random';
import type { Report } from '../simulation/report';
import type { ResolvedOptions } from './options';
import type { Personality } from './personality';
import type { Memory } from './settings';

/** The parts of a modem that its links, its station and its commands share. */
export interface Platform {
  readonly options: ResolvedOptions;
  readonly personality: Personality;
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  readonly delays: Delays;
  readonly internet: Internet;
  readonly output: Output;
  readonly faults: FaultState;
  readonly report: Report;
  readonly memory: Memory;
}
