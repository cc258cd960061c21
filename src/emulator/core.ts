import type { SchedulerLike } from 'rxjs';

import type { Internet } from './hostTable';
import type { Delays } from './latency';
import type { ResolvedOptions } from './options';
import type { Output } from './output';
import type { Personality } from './personality';
import type { Random } from './random';
import type { Report } from './report';
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
