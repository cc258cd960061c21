import { filter, map, merge, mergeMap, type Observable, scan } from 'rxjs';

import type { Session, SessionStage } from '../session/session';
import type { Source } from '../sources/source';
import type { Notice } from './notices';

/** What a session tells the user by itself: that its source has ended or is lost, and how many events are missing. */
export function sessionNotices({ source, stage$, batches$ }: Session): Observable<Notice> {
  const ends$ = stage$.pipe(
    filter((stage) => stage.stage !== 'live'),
    filter((stage) => stage.stage !== 'ended' || source.kind !== 'recording'),
    map((stage) => endNotice(source, stage)),
  );
  const missed$ = batches$.pipe(
    mergeMap((batch) => batch),
    filter((event) => event.type === 'missed'),
    scan((missed, { count }) => missed + count, 0),
    map((missed) => missedNotice(missed)),
  );
  return merge(ends$, missed$);
}

/** The subject of what a source tells, and of its end, which replaces that: the page does not try to connect any more. */
export const ofSource = 'the source';

function endNotice({ name }: Source, stage: Exclude<SessionStage, { stage: 'live' }>): Notice {
  if (stage.stage === 'ended') {
    return { subject: ofSource, kind: 'note', text: `${name} has ended. Everything it told stays on screen.` };
  }
  return {
    subject: ofSource,
    kind: 'error',
    text: `${name} is lost: ${stage.why}. Everything it told stays on screen.`,
  };
}

function missedNotice(missed: number): Notice {
  const events = missed === 1 ? '1 event is' : `${missed.toLocaleString('en')} events are`;
  const text = `${events} missing, because the page read more slowly than events were made. The lanes show where.`;
  return { subject: 'missed events', kind: 'note', text };
}
