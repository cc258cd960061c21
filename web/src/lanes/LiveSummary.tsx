import { map, NEVER, sampleTime, scan, switchMap } from 'rxjs';
import { useMemo } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import { longWords } from '../marbles/marbleWords';
import type { Session } from '../session/session';
import { timeLabel } from './painting/ruler';

/** How often a screen reader is told what has happened, in milliseconds. */
const pause = 10_000;

/** Tells a screen reader what is selected, and now and then how much has happened while the lanes are live. */
export function LiveSummary({ session }: { readonly session: Session }) {
  const selected$ = useMemo(
    () => session.selection.number$.pipe(map((number) => selectedWords(session, number))),
    [session],
  );
  const news$ = useMemo(() => newsOf(session), [session]);
  const selected = useObservable(selected$, '');
  const news = useObservable(news$, '');
  return (
    <div class="visually-hidden">
      <p id="selected-marble" role="status">
        {selected}
      </p>
      <p role="status">{news}</p>
    </div>
  );
}

function selectedWords({ marbles }: Session, number: number | undefined): string {
  const marble = number === undefined ? undefined : marbles.get(number);
  if (!marble) return '';
  return `${marbles.laneName(marble.number)}, ${timeLabel(marble.time)}, ${longWords(marbles, marble.number)}`;
}

function newsOf({ marbles, viewport }: Session) {
  return viewport.isFollowing$.pipe(
    switchMap((isFollowing) => (isFollowing ? marbles.changed$.pipe(sampleTime(pause)) : NEVER)),
    map(() => ({ end: marbles.end, errors: marbles.lanes.reduce((sum, { errors }) => sum + errors.length, 0) })),
    scan(
      (before, { end, errors }) => ({
        end,
        errors,
        words: `${end - before.end} events, ${Math.max(0, errors - before.errors)} errors`,
      }),
      { end: 0, errors: 0, words: '' },
    ),
    map(({ words }) => words),
  );
}
