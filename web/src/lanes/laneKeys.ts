import type { LanesView } from './lanesView';

/** How much of the range one press moves or zooms. */
const scrolledPart = 0.15;
const zoomed = 1.4;

/** What the keys do on the lanes. */
const actions: Readonly<Record<string, (view: LanesView) => void>> = {
  ArrowLeft: (view) => view.move('previous'),
  ArrowRight: (view) => view.move('next'),
  ArrowUp: (view) => view.moveLane(-1),
  ArrowDown: (view) => view.moveLane(1),
  Home: (view) => view.move('first'),
  End: (view) => view.move('last'),
  'Shift+ArrowLeft': (view) => scroll(view, -scrolledPart),
  'Shift+ArrowRight': (view) => scroll(view, scrolledPart),
  PageUp: (view) => scroll(view, -0.9),
  PageDown: (view) => scroll(view, 0.9),
  ' ': ({ session }) => session.viewport.toggle(),
  '+': (view) => zoom(view, 1 / zoomed),
  '=': (view) => zoom(view, 1 / zoomed),
  '-': (view) => zoom(view, zoomed),
  0: ({ session }) => session.viewport.fitAll(),
  n: (view) => view.moveMatch(1),
  'Shift+N': (view) => view.moveMatch(-1),
  Escape: ({ session }) => session.selection.select(undefined),
  Enter: () => document.getElementById('view-inspector')?.focus(),
};

/** Does what a key means on the lanes. */
export function onLaneKey(view: LanesView, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = actions[event.shiftKey && event.key !== '+' ? `Shift+${event.key}` : event.key];
  if (!action) return;
  event.preventDefault();
  action(view);
}

function scroll({ session }: LanesView, part: number): void {
  const { from, to } = session.viewport.range;
  session.viewport.scroll((to - from) * part);
}

/** Zooms around the selected marble, if it is visible. */
function zoom({ session: { marbles, selection, viewport } }: LanesView, factor: number): void {
  const { current } = selection;
  const time = current === undefined ? undefined : marbles.time(current);
  const { from, to } = viewport.range;
  viewport.zoom(factor, time !== undefined && time >= from && time <= to ? time : undefined);
}
