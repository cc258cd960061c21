import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { map, merge, type Observable, type Subscription } from 'rxjs';

import { messageOf } from '../notices/messageOf';
import type { Notice, Notices } from '../notices/notices';
import { ofSource, sessionNotices } from '../notices/sessionNotices';
import { Session } from '../session/session';
import type { Source } from '../sources/source';

interface CurrentSession {
  readonly session: Session;
  /** Replaces the session by one of another source. */
  readonly attach: (source: Source) => void;
  /** Opens a source, and attaches it. Until then the session stays, and it does if the source cannot be opened. */
  readonly open: (source$: Observable<Source>) => void;
}

/** The session of the page. The first one is there from the beginning. */
export function useSession(first: () => Source, notices: Notices): CurrentSession {
  const [session, setSession] = useState(() => new Session(first()));
  const opening = useRef<Subscription>(undefined);

  // The effects of the panels have run before, so they have subscribed.
  useEffect(() => {
    const { source } = session;
    const news$: Observable<Notice> = source.notices$
      ? merge(sessionNotices(session), source.notices$.pipe(map(noteOf)))
      : sessionNotices(session);
    const telling = news$.subscribe(({ kind, text, subject }) => notices.tell(kind, text, subject));
    session.start();
    document.title = `${source.name} – rx-usocket`;
    return () => {
      telling.unsubscribe();
      session.close();
    };
  }, [session, notices]);

  const attach = useCallback(
    (source: Source) => {
      // They are about the source that is replaced.
      notices.clear();
      setSession(new Session(source));
    },
    [notices],
  );
  const open = useCallback(
    (source$: Observable<Source>) => {
      opening.current?.unsubscribe();
      opening.current = source$.subscribe({
        next: attach,
        error: (error: unknown) => notices.tell('error', messageOf(error)),
      });
    },
    [attach, notices],
  );
  return { session, attach, open };
}

function noteOf(text: string): Notice {
  return { subject: ofSource, kind: 'note', text };
}
