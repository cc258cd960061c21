import { auditTime, map, merge } from 'rxjs';
import { useMemo, useState } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import { longWords } from '../marbles/marbleWords';
import type { LanesView } from './lanesView';
import { timeLabel } from './painting/ruler';

/** How many rows the list has on each side of the selected marble. */
const rowsAround = 12;

interface ListRow {
  readonly number: number;
  readonly time: string;
  readonly lane: string;
  readonly words: string;
}

const noRows: readonly ListRow[] = [];

/** The marbles around the selected one as a table, for reading, and for a screen reader. Only these rows are in the page. */
export function MarbleList({ view }: { readonly view: LanesView }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="marble-list" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>List of the marbles</summary>
      {isOpen && <Table view={view} />}
    </details>
  );
}

function Table({ view }: { readonly view: LanesView }) {
  const { marbles, selection } = view.session;
  const rows$ = useMemo(
    () => merge(selection.number$, marbles.changed$.pipe(auditTime(500))).pipe(map(() => rowsOf(view))),
    [view, marbles, selection],
  );
  const rows = useObservable(rows$, noRows);
  const selected = useObservable(selection.number$, selection.current);
  return (
    <div class="marble-rows" tabIndex={0} role="region" aria-label="Marbles around the selected one">
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Lane</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ number, time, lane, words }) => (
            <tr key={number} aria-current={number === selected ? 'true' : undefined}>
              <td class="number">{time}</td>
              <td class="lane-name">{lane}</td>
              <td>
                <button type="button" class="plain" onClick={() => view.select(number)}>
                  {words}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rowsOf({ session: { marbles, selection } }: LanesView): readonly ListRow[] {
  const middle = selection.current ?? marbles.end - rowsAround;
  const first = Math.max(marbles.first, Math.min(middle - rowsAround, marbles.end - 2 * rowsAround));
  const count = Math.max(0, Math.min(marbles.end - first, 2 * rowsAround + 1));
  return Array.from({ length: count }, (_, at) => {
    const number = first + at;
    return {
      number,
      time: timeLabel(marbles.time(number)),
      lane: marbles.laneName(number),
      words: longWords(marbles, number),
    };
  });
}
