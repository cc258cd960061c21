import { isLocal } from '../sources/localSource';
import type { Source } from '../sources/source';

/** The panels that tabs show and hide. */
export type View = 'lanes' | 'plots' | 'modem' | 'program' | 'faults';

export const viewNames: Readonly<Record<View, string>> = {
  lanes: 'Lanes',
  plots: 'Plots',
  modem: 'Modem',
  program: 'Program',
  faults: 'Faults',
};

/** The tabs for a source, in order. The first one is shown at the beginning. */
export function viewsOf(source: Source, isPhone: boolean): readonly View[] {
  const program: View[] = isLocal(source) ? ['program'] : [];
  const faults: View[] = source.faults ? ['faults'] : [];
  return isPhone ? ['lanes', 'plots', 'modem', ...program, ...faults] : [...program, ...faults, 'modem'];
}
