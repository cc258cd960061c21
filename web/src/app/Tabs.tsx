import { type View, viewNames } from './views';

interface TabsProps {
  readonly views: readonly View[];
  readonly shown: View;
  readonly choose: (view: View) => void;
}

/** The tabs of the panels. The arrow keys, Home and End move between them, as the ARIA pattern for tabs says. */
export function Tabs({ views, shown, choose }: TabsProps) {
  const moveTo = (event: KeyboardEvent, view: View | undefined) => {
    if (!view) return;
    event.preventDefault();
    choose(view);
    document.getElementById(`tab-${view}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = views.indexOf(shown);
    if (event.key === 'ArrowRight') moveTo(event, views[at + 1] ?? views[0]);
    else if (event.key === 'ArrowLeft') moveTo(event, views[at - 1] ?? views.at(-1));
    else if (event.key === 'Home') moveTo(event, views[0]);
    else if (event.key === 'End') moveTo(event, views.at(-1));
  };
  return (
    <div role="tablist" aria-label="Panels" onKeyDown={onKeyDown}>
      {views.map((view) => (
        <button
          key={view}
          id={`tab-${view}`}
          type="button"
          role="tab"
          aria-selected={view === shown}
          aria-controls={`view-${view}`}
          tabIndex={view === shown ? 0 : -1}
          onClick={() => choose(view)}
        >
          {viewNames[view]}
        </button>
      ))}
    </div>
  );
}
