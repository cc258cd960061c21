import { useEffect, useMemo, useState } from 'preact/hooks';
import { take } from 'rxjs';

import { SkipLinks } from '../focus/SkipLinks';
import { NoticeList } from '../notices/NoticeList';
import { Notices } from '../notices/notices';
import { NoticesContext } from '../notices/useNotices';
import { askedSource, firstSource } from './firstSource';
import { PageHead } from './PageHead';
import { Panes } from './Panes';
import { folded, rememberedSizes } from './paneSizes';
import { remember, remembered } from './remembered';
import { useSession } from './useSession';

/** The page. A second source replaces the first. */
export function App() {
  const notices = useMemo(() => new Notices(), []);
  const { session, attach, open } = useSession(firstSource, notices);
  const [sizes, setSizes] = useState(rememberedSizes);
  useEffect(() => {
    const asked$ = askedSource();
    if (asked$) {
      open(asked$);
      return;
    }
    if (remembered('welcomed') === undefined) notices.tell('note', welcome, 'welcome');
    remember('welcomed', 'yes');
  }, [open, notices]);
  useEffect(() => {
    const beginning = session.batches$.pipe(take(1)).subscribe(() => notices.dismiss('welcome'));
    return () => beginning.unsubscribe();
  }, [session, notices]);
  return (
    <NoticesContext.Provider value={notices}>
      <div class="page">
        <SkipLinks />
        <PageHead
          session={session}
          attach={attach}
          open={open}
          isSideFolded={sizes.side.isFolded}
          foldSide={() => setSizes(folded(sizes, 'side'))}
        />
        <NoticeList />
        <Panes key={session} session={session} sizes={sizes} setSizes={setSizes} />
      </div>
    </NoticesContext.Provider>
  );
}

const welcome =
  'See what happens between a program and an ESP8285 or ESP8266 Wi-Fi modem, while it happens. ' +
  'This modem is a virtual one: run a program, and then break its line with the faults.';
