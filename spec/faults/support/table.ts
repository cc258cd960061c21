import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What docs/reliability.md says of a fault and an operation. */
export interface Promised {
  /** `'ok'`, and codes of errors; `'waits'`: it goes on waiting. */
  readonly outcomes: readonly string[];
  /** Milliseconds from the fault, or from the begin of an operation that begins then, besides what it takes by itself. */
  readonly within: number;
}

const path = join(__dirname, '../../../docs/reliability.md');
const heading = '## Faults and outcomes';

/** The table of docs/reliability.md, by the names of its rows and columns: what it says is what is checked. */
export function promises(): ReadonlyMap<string, ReadonlyMap<string, Promised>> {
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

/** `'ok'`, `'ETIMEDOUT 75 s'`, `'ok, EIO 5 s'`. */
function promised(cell: string): Promised {
  const [, outcomes = '', seconds = '1'] = /^([A-Za-z_, ]+?)(?: (\d+) s)?$/.exec(cell) ?? [];
  return { outcomes: outcomes.split(', '), within: Number(seconds) * 1_000 };
}
