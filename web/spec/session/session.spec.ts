import { describe, expect, it } from '@jest/globals';
import { NEVER, of, throwError } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

import { Session, type SessionStage } from '../../src/session/session';
import type { Source } from '../../src/sources/source';

const event: WatchEvent = { type: 'virtual', time: 1, kind: 'hint', text: 'a hint' };

function sessionOf(batches$: Source['batches$']): { readonly session: Session; readonly stages: SessionStage[] } {
  const session = new Session({ kind: 'recording', name: 'a', batches$, close: () => undefined });
  const stages: SessionStage[] = [];
  session.stage$.subscribe((stage) => stages.push(stage));
  return { session, stages };
}

describe('a session', () => {
  it('hands the batches of its source on, and says that it has ended', () => {
    const { session, stages } = sessionOf(of([event]));
    const batches: unknown[] = [];
    session.batches$.subscribe((batch) => batches.push(batch));
    session.start();
    expect(batches).toEqual([[event]]);
    expect(stages).toEqual([{ stage: 'live' }, { stage: 'ended' }]);
  });

  it('says why its source is lost', () => {
    const { session, stages } = sessionOf(throwError(() => new Error('the line was pulled out')));
    session.start();
    expect(stages.at(-1)).toEqual({ stage: 'lost', why: 'the line was pulled out' });
  });

  it('reads its source once', () => {
    const { session, stages } = sessionOf(NEVER);
    session.start();
    session.start();
    session.close();
    expect(stages).toEqual([{ stage: 'live' }]);
  });
});
