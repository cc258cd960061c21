import type { Cold } from './bench';
import { percentile, programNames } from './results';

/** The last rounds of the columns. */
const ends = [50, 100, 200, 300];

/** The titles of a table of the first rounds of an echo in new processes, and a line for each program. Nothing for a few rounds. */
export function coldCellsOf(cold: Cold): readonly (readonly string[])[] {
  const fewest = Math.min(...Object.values(cold).map((rounds) => rounds.length));
  const reached = ends.filter((end) => end <= fewest);
  if (reached.length === 0 || fewest === Infinity) return [];
  const from = (column: number): number => reached[column - 1] ?? 0;
  const programs = programNames.flatMap((name) => {
    const rounds = cold[name];
    if (!rounds) return [];
    const medians = reached.map((end, column) => percentile(rounds.slice(from(column), end), 0.5));
    return [[titles[name], ...medians.map((median) => `${median.toFixed(1)} ms`)]];
  });
  return [['rounds', ...reached.map((end, column) => `${from(column) + 1} to ${end}`)], ...programs];
}

const titles = { driver: 'rx-usocket', bareLoop: 'bare loop', bareSegments: 'segments', barePort: 'bare port' };
