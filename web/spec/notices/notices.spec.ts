import { describe, expect, it } from '@jest/globals';

import { type Notice, Notices } from '../../src/notices/notices';

function shown(notices: Notices): readonly Notice[] {
  let last: readonly Notice[] = [];
  notices.all$.subscribe((all) => (last = all)).unsubscribe();
  return last;
}

describe('the notices of the page', () => {
  it('stay until they are dismissed', () => {
    const notices = new Notices();
    notices.tell('error', 'The line is lost.');
    notices.tell('note', 'Something else.');
    notices.dismiss('The line is lost.');
    expect(shown(notices).map(({ text }) => text)).toEqual(['Something else.']);
  });

  it('are one for each subject, in its place, with the newest words', () => {
    const notices = new Notices();
    notices.tell('note', '1 event is missing.', 'missed events');
    notices.tell('error', 'The line is lost.');
    notices.tell('note', '2 events are missing.', 'missed events');
    expect(shown(notices).map(({ text }) => text)).toEqual(['2 events are missing.', 'The line is lost.']);
  });

  it('are so few that they do not cover the page', () => {
    const notices = new Notices();
    for (let number = 1; number <= 10; number++) notices.tell('note', `Notice ${number}.`);
    expect(shown(notices)).toHaveLength(6);
    expect(shown(notices).at(-1)?.text).toBe('Notice 10.');
  });
});
