import { useEffect, useMemo, useState } from 'preact/hooks';

import { FaultsPanel } from '../faults/FaultsPanel';
import { focusNextPanel } from '../focus/focusNextPanel';
import { InspectorPanel } from '../inspector/InspectorPanel';
import { LanesPanel } from '../lanes/LanesPanel';
import { ModemPanel } from '../modem/ModemPanel';
import { ChosenProgram } from '../playground/chosenProgram';
import { PlaygroundPanel } from '../playground/PlaygroundPanel';
import { PlotsPanel } from '../plots/PlotsPanel';
import type { Session } from '../session/session';
import { isLocal } from '../sources/localSource';
import { folded, type Pane, type PaneSizes, rememberSizes, resized } from './paneSizes';
import { Separator } from './Separator';
import { Tabs } from './Tabs';
import { useIsPhone } from './useIsPhone';
import { type View, viewNames, viewsOf } from './views';

interface PanesProps {
  readonly session: Session;
  readonly sizes: PaneSizes;
  readonly setSizes: (sizes: PaneSizes) => void;
}

/**
 * All panels of a session. All of them stay mounted, because they read the events from the beginning; the tabs only hide
 * them. A phone shows one panel at a time, a larger screen the lanes, the plots, and one panel beside them.
 */
export function Panes({ session, sizes, setSizes }: PanesProps) {
  const { source } = session;
  const isPhone = useIsPhone();
  const views = viewsOf(source, isPhone);
  const program = useMemo(() => (isLocal(source) ? new ChosenProgram(source) : undefined), [source]);
  const [chosen, choose] = useState<View>();
  const shown = views.find((view) => view === chosen) ?? views[0] ?? 'modem';
  useEffect(() => rememberSizes(sizes), [sizes]);
  useEffect(() => {
    document.addEventListener('keydown', focusNextPanel);
    return () => document.removeEventListener('keydown', focusNextPanel);
  }, []);

  const attributes = (view: View) => {
    const isTab = views.includes(view);
    const naming = isTab
      ? { role: 'tabpanel' as const, 'aria-labelledby': `tab-${view}` }
      : { 'aria-label': viewNames[view] };
    return { id: `view-${view}`, tabIndex: -1, hidden: isTab && view !== shown, ...naming };
  };
  const separator = (pane: Pane) => ({
    pane,
    size: sizes[pane],
    resize: (size: number) => setSizes(resized(sizes, pane, size)),
    fold: () => setSizes(folded(sizes, pane)),
  });
  const style = Object.fromEntries(Object.entries(sizes).map(([pane, { size }]) => [`--${pane}-size`, `${size}px`]));
  const folds = Object.entries(sizes).map(([pane, { isFolded }]) => (isFolded ? `${pane}-folded` : ''));
  return (
    <main class={['panes', ...folds].join(' ')} style={style}>
      <div class="left" id="side" tabIndex={-1}>
        <Tabs views={views} shown={shown} choose={choose} />
        {program && (
          <section class="panel side" {...attributes('program')}>
            <PlaygroundPanel program={program} />
          </section>
        )}
        {views.includes('faults') && (
          <section class="panel side" {...attributes('faults')}>
            <FaultsPanel session={session} />
          </section>
        )}
        <section class="panel side" {...attributes('modem')}>
          <ModemPanel session={session} />
        </section>
        <Separator name="the inspector" side="after" axis="y" {...separator('inspector')} />
        <aside class="panel inspector" id="view-inspector" aria-label="Inspector" tabIndex={-1}>
          <InspectorPanel session={session} />
        </aside>
      </div>
      <Separator name="the side panel" side="before" axis="x" {...separator('side')} />
      <div class="right">
        <section class="panel lanes" {...attributes('lanes')}>
          <LanesPanel session={session} program={program} />
        </section>
        <Separator name="the plots" side="after" axis="y" {...separator('plots')} />
        <section class="panel plots" {...attributes('plots')}>
          <PlotsPanel session={session} />
        </section>
      </div>
    </main>
  );
}
