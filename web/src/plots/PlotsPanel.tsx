import { useEffect, useMemo, useState } from 'preact/hooks';

import { remember, remembered } from '../app/remembered';
import type { Session } from '../session/session';
import { plotDefinitions } from './plotDefinitions';
import { PlotFigure } from './PlotFigure';
import { PlotSource } from './plotSource';
import { SignalSwitch } from './SignalSwitch';

/** Shown at the first visit. */
const usual = 'rate queues roundTrip';

/** The rates and the queues, on the time axis of the lanes. */
export function PlotsPanel({ session }: { readonly session: Session }) {
  const [shown, setShown] = useState(() => (remembered('plots') ?? usual).split(' '));
  // An effect would come too late for a session that has started.
  const source = useMemo(() => new PlotSource(session), [session]);
  useEffect(() => () => source.close(), [source]);
  const toggle = (id: string) => {
    const next = shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id];
    remember('plots', next.join(' '));
    setShown(next);
  };
  return (
    <>
      <div class="panel-head">
        <h2>Plots</h2>
        <div class="row" role="group" aria-label="Plots that are shown">
          {plotDefinitions.map(({ id, title }) => (
            <button key={id} type="button" class="small" aria-pressed={shown.includes(id)} onClick={() => toggle(id)}>
              {title}
            </button>
          ))}
        </div>
        <span class="fill" />
        <SignalSwitch session={session} />
      </div>
      <div class="panel-body plot-list" tabIndex={0} role="group" aria-label="Plots">
        {plotDefinitions
          .filter(({ id }) => shown.includes(id))
          .map((definition) => (
            <PlotFigure key={definition.id} definition={definition} source={source} />
          ))}
        {shown.length === 0 && <p class="empty muted">Choose the plots to show.</p>}
      </div>
    </>
  );
}
