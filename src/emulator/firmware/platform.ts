import type { SchedulerLike } from 'rxjs';

import type { Internet } from '../network/internet';
import type { Delays } from '../simulation/latencies';
import type { ResolvedOptions } from './options';
import type { Output } from '../line/output';
import type { Personality } from './personality';
import type { Random } from '../simulation/random';
import type { Report } from '../simulation/report';
import type { Flash, Settings } from './settings';

/** What all parts of the modem stand on. */
export interface Core {
  readonly options: ResolvedOptions;
  readonly personality: Personality;
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  readonly delays: Delays;
  readonly internet: Internet;
  readonly output: Output;
  readonly report: Report;
  readonly memory: { settings: Settings; flash: Flash };
}
