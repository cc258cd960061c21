import type { Session } from '../session/session';
import { useState } from 'preact/hooks';

import { FaultsPanel } from '../faults/FaultsPanel';
import { InspectorPanel } from '../inspector/InspectorPanel';
import { LanesPanel } from '../lanes/LanesPanel';
import { ModemPanel } from '../modem/ModemPanel';
import { PlaygroundPanel } from '../playground/PlaygroundPanel';
import { PlotsPanel } from '../plots/PlotsPanel';
import { Tabs } from './Tabs';
import { useIsPhone } from './useIsPhone';
import { type View, viewsOf } from './views';

/**
 * All panels of a session. All of them stay mounted, because they read the events from the beginning; the tabs only hide
 * them. A phone shows one panel at a time, a larger screen the lanes, the plots, and one panel beside them.
 */
export function Panes({ session }: { readonly session: Session }) {
  const isPhone = useIsPhone();
  const views = viewsOf(session.source, isPhone);
  const [chosen, choose] = useState<View>();
  const shown = views.find((view) => view === chosen) ?? views[0] ?? 'modem';
  const isHidden = (view: View) => view !== shown && (isPhone || (view !== 'lanes' && view !== 'plots'));
  return (
    <main class="panes">
      <Tabs views={views} shown={shown} choose={choose} />
      <section id="view-program" class="panel side" aria-label="Program" hidden={isHidden('program')}>
        {views.includes('program') && <PlaygroundPanel session={session} />}
      </section>
      <section id="view-faults" class="panel side" aria-label="Faults" hidden={isHidden('faults')}>
        {views.includes('faults') && <FaultsPanel source={session.source} />}
      </section>
      <section id="view-modem" class="panel side" aria-label="Modem" hidden={isHidden('modem')}>
        <ModemPanel session={session} />
      </section>
      <section id="view-lanes" class="panel lanes" aria-label="Lanes" hidden={isHidden('lanes')}>
        <LanesPanel session={session} />
      </section>
      <section id="view-plots" class="panel plots" aria-label="Plots" hidden={isHidden('plots')}>
        <PlotsPanel session={session} />
      </section>
      <aside class="panel inspector" aria-label="Inspector">
        <InspectorPanel session={session} />
      </aside>
    </main>
  );
}
