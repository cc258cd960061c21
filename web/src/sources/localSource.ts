import type { Observable } from 'rxjs';

import type { ProgramRuns } from '../playground/run/programRuns';
import type { WorldSettings } from '../playground/world/settings';
import type { Source } from './source';

/** A source whose line is in this page, so that programs of the page run on it. */
export interface LocalSource extends Source {
  readonly programs: ProgramRuns;
  /** The speed that a program opens the line with, in bits per second. */
  readonly baud: () => number;
  /** The virtual modem and its network. Left out for a real modem. */
  readonly world?: WorldControl;
}

/** What the user can choose about the virtual modem and its network. */
export interface WorldControl {
  /** Replays the current settings. */
  readonly settings$: Observable<WorldSettings>;
  /** Another firmware or speed is another modem, which the next program gets. */
  change(changes: Partial<WorldSettings>): void;
}

/** Whether programs of the page can use the line of this source. */
export function isLocal(source: Source): source is LocalSource {
  return 'programs' in source;
}
