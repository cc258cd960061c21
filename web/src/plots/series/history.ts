import { Buckets } from './buckets';
import { type ColumnName, columnNames, columns } from './columns';

/** The lengths of the buckets, in milliseconds. There are as many of each: for 6 minutes, 1 hour, 11 hours, and 4 days. */
const fineSteps = [100, 1000, 10_000];
const coarseStep = 100_000;
const capacity = 4096;

/** How long it takes until all bytes of a moment are told, in milliseconds: a frame is told once it is complete. */
const lag = 100;

/** More points than this would not be told apart. */
const mostPoints = 1200;

/** The values of some columns over a range of time. */
export interface Slice {
  /** How much time a bucket is, in milliseconds. */
  readonly step: number;
  /** The middles of the buckets, in milliseconds. */
  readonly times: readonly number[];
  /** The values of a column in these buckets, sums per second. `null` where there is none. */
  values(column: ColumnName): (number | null)[];
}

interface Level {
  readonly step: number;
  readonly columns: Readonly<Record<ColumnName, Buckets>>;
}

/**
 * The values of a session over time, in buckets of several lengths. What is long ago is known less finely, and the memory
 * is bounded, however long a session lasts. The times are milliseconds since the first event.
 */
export class History {
  private readonly coarsest = level(coarseStep);
  private readonly levels = [...fineSteps.map(level), this.coarsest];
  private latest = 0;

  add(column: ColumnName, time: number, value: number): void {
    this.latest = Math.max(this.latest, time);
    for (const { step, columns } of this.levels) columns[column].add(Math.floor(time / step), value);
  }

  /** Adds a sum that grew evenly during a span of time, which is short. */
  spread(column: ColumnName, from: number, to: number, sum: number): void {
    this.latest = Math.max(this.latest, to);
    for (const { step, columns } of this.levels) {
      const last = Math.floor(to / step);
      for (let bucket = Math.floor(from / step); bucket <= last; bucket++) {
        const length = Math.min(to, (bucket + 1) * step) - Math.max(from, bucket * step);
        if (length > 0 || from === to) columns[column].add(bucket, from === to ? sum : (sum * length) / (to - from));
      }
    }
  }

  /** The values from a time to another, as finely as they are known and can be shown. `now` is the end of the session. */
  slice(from: number, to: number, now: number): Slice {
    const end = Math.min(to, now);
    const { step, columns } = this.levelFor(from, end);
    const first = Math.max(0, Math.floor(Math.max(from, this.startOf(step)) / step) - 1);
    const length = Math.max(0, Math.floor(end / step) - first + 1);
    const buckets = Array.from({ length }, (_, index) => first + index);
    return {
      step,
      times: buckets.map((bucket) => (bucket + 0.5) * step),
      values: (column) =>
        buckets.map((bucket) => {
          const value = columns[column].at(bucket) * factor(column, now - bucket * step, step);
          return Number.isNaN(value) ? null : value;
        }),
    };
  }

  private levelFor(from: number, to: number): Level {
    const fits = ({ step }: Level) => this.startOf(step) <= Math.max(0, from) && (to - from) / step <= mostPoints;
    return this.levels.find(fits) ?? this.coarsest;
  }

  /** The time of the oldest bucket of a length that is held. */
  private startOf(step: number): number {
    return Math.max(0, Math.floor(this.latest / step) - capacity + 1) * step;
  }
}

function level(step: number): Level {
  const made = columnNames.map((name) => [name, new Buckets(columns[name], capacity)]);
  return { step, columns: Object.fromEntries(made) as Level['columns'] };
}

/**
 * Makes a sum a rate. A bucket counts once all its bytes are told, and a long one before: `elapsed` is the time since its
 * beginning.
 */
function factor(column: ColumnName, elapsed: number, step: number): number {
  if (columns[column] !== 'sum') return 1;
  if (elapsed >= step + lag) return 1000 / step;
  return elapsed < Math.max(step / 2, 4 * lag) ? NaN : 1000 / Math.min(elapsed, step);
}
