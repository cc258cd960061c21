import { auditTime, map, merge } from 'rxjs';
import { useMemo } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import type { Lane } from '../marbles/lane';
import type { LanesView } from './lanesView';
import { Menu } from './Menu';

const none = { hidden: new Set<string>(), folded: new Set<string>() };
const noLanes: readonly Lane[] = [];

/** Shows and hides lanes. */
export function LaneMenu({ view }: { readonly view: LanesView }) {
  const { marbles } = view.session;
  const lanes$ = useMemo(
    () =>
      merge(view.rows$, marbles.changed$).pipe(
        auditTime(500),
        map(() => marbles.lanes),
      ),
    [view, marbles],
  );
  const lanes = useObservable(lanes$, noLanes);
  const { hidden } = useObservable(view.choices$, none);
  return (
    <Menu name="Lanes" more={hidden.size > 0 ? `(${hidden.size} hidden)` : undefined} isInUse={hidden.size > 0}>
      {lanes.map(({ key, name }) => (
        <label key={key}>
          <input type="checkbox" checked={!hidden.has(key)} onChange={() => view.toggleHidden(key)} />
          {name}
        </label>
      ))}
    </Menu>
  );
}
