/**
 * How the values of a column that fall into one bucket are one value:
 *
 * - `sum`: they are added up. A bucket without values is 0.
 * - `held`: the value holds until the next one; the bucket has the largest one that held in it.
 * - `peak`: the bucket has the largest. One without values is empty.
 * - `last`: the bucket has the last. One without values is empty.
 */
export type Gathering = 'sum' | 'held' | 'peak' | 'last';

/** The columns of the plots. */
export const columns = {
  /** Bytes. */
  toModem: 'sum',
  fromModem: 'sum',
  /** Bytes per second that the line allows each way. */
  bound: 'held',
  /** Milliseconds during which bytes went over the line. */
  busy: 'sum',
  /** Bytes that a link's socket has not read. */
  link0: 'held',
  link1: 'held',
  link2: 'held',
  link3: 'held',
  link4: 'held',
  waitingCommands: 'held',
  /** Milliseconds from a command to its final result. */
  roundTrip: 'peak',
  /** dBm. */
  signal: 'last',
} as const satisfies Record<string, Gathering>;

export type ColumnName = keyof typeof columns;

export const columnNames = Object.keys(columns) as readonly ColumnName[];
