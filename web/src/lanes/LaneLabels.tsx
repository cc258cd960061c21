import type { LanesView } from './lanesView';
import { type Row, rulerHeight } from './painting/laneRows';

/** The names of the lanes at their left. Each folds and unfolds its lane. */
export function LaneLabels({ view, rows }: { readonly view: LanesView; readonly rows: readonly Row[] }) {
  return (
    <ul class="lane-labels" aria-label="Lanes">
      {rows.map(({ lane, name, top, height, isFolded }) => (
        <li
          key={lane.key}
          class={`lane-label ${lane.subject.kind}`}
          style={{ top: `${top + rulerHeight}px`, height: `${height}px` }}
        >
          <button
            type="button"
            aria-expanded={!isFolded}
            title={`${name}: ${isFolded ? 'unfold' : 'fold'}`}
            onClick={() => view.toggleFolded(lane.key)}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
