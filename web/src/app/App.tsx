import { useCallback, useEffect, useState } from 'preact/hooks';
import { NEVER } from 'rxjs';

import { RecordingsPanel } from '../recordings/RecordingsPanel';
import { Session } from '../session/session';
import type { Source } from '../sources/source';
import { ThemeSwitch } from '../theme/ThemeSwitch';
import { Panes } from './Panes';
import { SourceChooser } from './SourceChooser';

/** The page. A second source replaces the first. */
export function App() {
  const [session, setSession] = useState(() => new Session(firstSource()));
  const attach = useCallback((source: Source) => setSession(new Session(source)), []);
  // The effects of the panels have run before, so they have subscribed.
  useEffect(() => {
    session.start();
    return () => session.close();
  }, [session]);
  return (
    <div class="page">
      <header class="page-head">
        <h1>rx-usocket</h1>
        <SourceChooser current={session.source} attach={attach} />
        <span class="fill" />
        <RecordingsPanel session={session} attach={attach} />
        <ThemeSwitch />
      </header>
      <Panes key={session} session={session} />
    </div>
  );
}

function firstSource(): Source {
  return { kind: 'playground', name: 'Virtual modem', batches$: NEVER, close: () => undefined };
}
