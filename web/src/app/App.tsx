import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';

import { NoticeList } from '../notices/NoticeList';
import { Notices } from '../notices/notices';
import { sessionNotices } from '../notices/sessionNotices';
import { NoticesContext } from '../notices/useNotices';
import { Session } from '../session/session';
import { playgroundSource } from '../sources/playgroundSource';
import type { Source } from '../sources/source';
import { PageHead } from './PageHead';
import { Panes } from './Panes';
import { folded, rememberedSizes } from './paneSizes';
import { SkipLinks } from './SkipLinks';

/** The page. A second source replaces the first. */
export function App() {
  const notices = useMemo(() => new Notices(), []);
  const [session, setSession] = useState(() => new Session(playgroundSource()));
  const attach = useCallback((source: Source) => setSession(new Session(source)), []);
  const [sizes, setSizes] = useState(rememberedSizes);
  // The effects of the panels have run before, so they have subscribed.
  useEffect(() => {
    const telling = sessionNotices(session).subscribe(({ kind, text, subject }) => notices.tell(kind, text, subject));
    session.start();
    document.title = `${session.source.name} – rx-usocket`;
    return () => {
      telling.unsubscribe();
      session.close();
    };
  }, [session, notices]);
  return (
    <NoticesContext.Provider value={notices}>
      <div class="page">
        <SkipLinks />
        <PageHead
          session={session}
          attach={attach}
          isSideFolded={sizes.side.isFolded}
          foldSide={() => setSizes(folded(sizes, 'side'))}
        />
        <NoticeList />
        <Panes key={session} session={session} sizes={sizes} setSizes={setSizes} />
      </div>
    </NoticesContext.Provider>
  );
}
