import type { Observable } from 'rxjs';

import type { Source } from '../../sources/source';

export interface ChoiceProps {
  /** Opens the source, and closes the dialog. */
  readonly choose: (source$: Observable<Source>) => void;
}
