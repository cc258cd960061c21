import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What docs/reliability.md promises for a fault and an operation. */
export interface PromisedOutcome {
  /** `'ok'`, codes of errors, or `'waits'` for an operation that still waits. */
  readonly outcomes: readonly string[];
  /** Milliseconds from the fault, without the time that the operation takes by itself. */
  readonly within: number;
}

const path = join(__dirname, '../../../docs/reliability.md');
const heading = '## Faults and outcomes';

/** Reads the table of docs/reliability.md, by the names of its rows and columns. The specs check what it says. */
export function promisedOutcomes(): ReadonlyMap<string, ReadonlyMap<string, PromisedOutcome>> {
  const section = readFileSync(path, 'utf8').split(heading)[1] ?? '';
  const [header = [], , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [, ...columns] = header;
  return new Map(
    rows.map(([fault = '', ...cells]) => [
      fault,
      new Map(columns.map((column, at) => [column, promised(cells[at] ?? '')])),
    ]),
  );
}

/** Reads a cell: `'ok'`, `'ETIMEDOUT 75 s'`, `'ok, EIO 5 s'`. */
function promised(cell: string): PromisedOutcome {
  const [, outcomes = '', seconds = '1'] = /^([A-Za-z_, ]+?)(?: (\d+) s)?$/.exec(cell) ?? [];
  return { outcomes: outcomes.split(', '), within: Number(seconds) * 1_000 };
}
