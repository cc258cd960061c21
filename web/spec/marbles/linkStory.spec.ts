import { describe, expect, it } from '@jest/globals';

import type { Band, Bands } from '../../src/marbles/bands';
import type { Sorted } from '../../src/marbles/classify';
import { LinkStory } from '../../src/marbles/linkStory';

const message = (kind: Sorted['kind'], text = ''): Sorted => ({
  subject: { kind: 'link', number: 0 },
  kind,
  text,
  size: 0,
  link: 0,
});

function bandsOf(bands: Bands, now = 1e6): Band[] {
  const seen: Band[] = [];
  bands.visit(0, now, 1, (band) => seen.push(band));
  return seen;
}

describe('the story of a link', () => {
  it('is opened, open and ended', () => {
    const story = new LinkStory();
    story.said(message('command', 'AT+CIPSTART=0,"TCP","host.example",80'), 100);
    story.said(message('opened'), 300);
    story.said(message('closed'), 900);
    expect(bandsOf(story.openings)).toMatchObject([{ from: 100, to: 300 }]);
    expect(bandsOf(story.lives)).toMatchObject([{ from: 300, to: 900 }]);
  });

  it('says why it was not opened, and why it failed', () => {
    const story = new LinkStory();
    story.said(message('command', 'AT+CIPSTART=0,"TCP","host.example",80'), 100);
    story.answered(200, true, 'ERROR');
    story.said(message('opened'), 300);
    story.said(message('closed'), 900);
    story.called(1, false, 910, 'ECONNRESET');
    expect(bandsOf(story.openings)).toMatchObject([{ to: 200, failure: 'ERROR' }]);
    expect(bandsOf(story.lives)).toMatchObject([{ to: 900, failure: 'ECONNRESET' }]);
    expect(story.lives.endingFrom(900)).toMatchObject({ from: 300, failure: 'ECONNRESET' });
    expect(story.lives.endingFrom(901)).toBeUndefined();
  });

  it('stalls while data wait in the modem, but not for a moment', () => {
    const story = new LinkStory();
    story.said(message('waiting'), 100);
    story.said(message('dataFromModem'), 200);
    story.said(message('waiting'), 300);
    expect(bandsOf(story.waits, 400)).toEqual([]);
    expect(bandsOf(story.waits, 700)).toMatchObject([{ from: 300, to: Infinity }]);
    story.said(message('dataFromModem'), 800);
    expect(bandsOf(story.waits)).toMatchObject([{ from: 300, to: 800 }]);
  });

  it('stalls while a read has no answer, and begins anew with each piece of data', () => {
    const story = new LinkStory();
    story.called(1, true, 0, undefined);
    story.said(message('dataFromModem'), 2000);
    story.called(1, false, 2001, undefined);
    story.called(2, true, 3000, undefined);
    story.called(2, false, 3500, undefined);
    expect(bandsOf(story.reads)).toMatchObject([{ from: 0, to: 2000 }]);
  });

  it('is held back as long as the interface says so', () => {
    const story = new LinkStory();
    const state = { id: 0, kind: 'tcp', stage: 'open', received: 0, sent: 0, queued: 0, waiting: 0 } as const;
    story.state({ ...state, isHeld: true }, 100);
    story.state({ ...state, isHeld: true }, 350);
    story.state({ ...state, isHeld: false }, 600);
    story.state(undefined, 700);
    expect(bandsOf(story.holds)).toMatchObject([{ from: 100, to: 600 }]);
    expect(bandsOf(story.lives)).toMatchObject([{ from: 100, to: 700 }]);
  });
});
