import { describe, expect, it } from '@jest/globals';
import { concat, NEVER, type Observable, of, throwError } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

import { sessionNotices } from '../../src/notices/sessionNotices';
import { Session } from '../../src/session/session';
import type { Source } from '../../src/sources/source';

type Batches = Observable<readonly WatchEvent[]>;

function noticesOf(batches$: Batches, kind: Source['kind'] = 'program'): readonly string[] {
  const session = new Session({ kind, name: 'client.js', batches$, close: () => undefined });
  const texts: string[] = [];
  sessionNotices(session).subscribe(({ text }) => texts.push(text));
  session.start();
  session.close();
  return texts;
}

describe('the notices of a session', () => {
  it('say why its source is lost', () => {
    const lost$: Batches = throwError(() => new Error('the program has closed the connection'));
    expect(noticesOf(lost$)).toEqual([
      'client.js is lost: the program has closed the connection. Everything it told stays on screen.',
    ]);
  });

  it('say that its source has ended, unless it is a recording, which always ends', () => {
    expect(noticesOf(of([]))).toEqual(['client.js has ended. Everything it told stays on screen.']);
    expect(noticesOf(of([]), 'recording')).toEqual([]);
  });

  it('add up the events that are missing', () => {
    const missed = (count: number): readonly WatchEvent[] => [{ type: 'missed', time: 1, count }];
    const texts = noticesOf(concat(of(missed(1), missed(1200)), NEVER));
    expect(texts.map((text) => text.replace(/ missing.*/, ''))).toEqual(['1 event is', '1,201 events are']);
  });
});
