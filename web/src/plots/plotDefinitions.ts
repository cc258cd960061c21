import type { ColourName } from '../theme/theme';
import { asBytes, asCount, asDuration, asPercentage, asSignal } from './formats';
import type { ColumnName } from './series/columns';

/** One curve of a plot. */
export interface Curve {
  readonly column: ColumnName;
  readonly label: string;
  readonly colour: ColourName;
  /** `limit` is a dashed line. It sets the top of the plot once something comes near it. */
  readonly look: 'line' | 'steps' | 'points' | 'limit';
  /** A number that is drawn where the curve ends. */
  readonly mark?: string;
  /** How a value is written, if not as the others of the plot. The curve then has a scale of its own. */
  readonly format?: (value: number) => string;
}

/** A plot: curves with the same unit. */
export interface PlotDefinition {
  readonly id: 'rate' | 'queues' | 'roundTrip' | 'busy' | 'signal';
  readonly title: string;
  /** What the numbers are, for a screen reader. */
  readonly unit: string;
  readonly curves: readonly Curve[];
  readonly format: (value: number) => string;
  /** The scale contains at least these values. */
  readonly bottom: number;
  readonly top: number;
  /** For values that are sometimes a thousand times as large. Values below the bottom are shown there. */
  readonly isLogarithmic?: true;
}

const linkCurves = ([0, 1, 2, 3, 4] as const).map((id): Curve => {
  return { column: `link${id}`, label: `link ${id}`, colour: 'link', look: 'steps', mark: `${id}` };
});

/** The plots, from the top to the bottom. */
export const plotDefinitions: readonly PlotDefinition[] = [
  {
    ...{ id: 'rate', title: 'Bytes/s', unit: 'bytes per second', format: asBytes, bottom: 0, top: 100 },
    curves: [
      { column: 'fromModem', label: 'from modem', colour: 'from-modem', look: 'line' },
      { column: 'toModem', label: 'to modem', colour: 'to-modem', look: 'line' },
      { column: 'bound', label: 'line limit', colour: 'muted', look: 'limit' },
    ],
  },
  {
    ...{
      id: 'queues',
      title: 'Queues',
      unit: 'bytes that sockets have not read',
      format: asBytes,
      bottom: 0,
      top: 100,
    },
    curves: [
      ...linkCurves,
      { column: 'waitingCommands', label: 'commands', colour: 'to-modem', look: 'steps', format: asCount },
    ],
  },
  {
    ...{ id: 'roundTrip', title: 'Round trip', unit: 'time from a command to its result' },
    ...{ format: asDuration, bottom: 1, top: 1000, isLogarithmic: true },
    curves: [{ column: 'roundTrip', label: 'command', colour: 'to-modem', look: 'points' }],
  },
  {
    ...{ id: 'busy', title: 'Line busy', unit: 'share of the time', format: asPercentage, bottom: 0, top: 100 },
    curves: [{ column: 'busy', label: 'both ways', colour: 'text', look: 'line' }],
  },
  {
    ...{ id: 'signal', title: 'Signal', unit: 'strength of the Wi-Fi signal', format: asSignal, bottom: -90, top: -30 },
    curves: [{ column: 'signal', label: 'RSSI', colour: 'text', look: 'points' }],
  },
];
