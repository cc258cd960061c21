import { describe, expect, it } from '@jest/globals';
import type { SaidEvent } from 'rx-usocket/watch';

import { detailsOf, detailsText, nearestBytes } from '../../src/inspector/details';
import { Marbles } from '../../src/marbles/marbles';

const said = (time: number, kind: SaidEvent['kind'], text: string): SaidEvent => ({
  type: 'said',
  time,
  direction: 'from modem',
  kind,
  size: text.length,
  text,
});

function marblesOf(): Marbles {
  const marbles = new Marbles((time) => time);
  marbles.take([
    { type: 'bytes', time: 0, from: 'host', bytes: Uint8Array.of(65, 84) },
    said(0, 'command', 'AT+GMR'),
    said(4, 'line', 'AT version:1.7.4.0'),
    said(9, 'final', 'OK'),
    { type: 'call', time: 10, id: 1, socket: 2, link: 4, name: 'recv', stage: 'begins', text: '1460', size: 1460 },
    {
      type: 'call',
      time: 30,
      id: 1,
      socket: 2,
      link: 4,
      name: 'recv',
      stage: 'fails',
      text: 'reset',
      code: 'ECONNRESET',
    },
  ]);
  return marbles;
}

describe('the details of a marble', () => {
  it('of a command are its answer, its result and its round trip', () => {
    const details = detailsOf(marblesOf(), 1, undefined);
    expect(details).toMatchObject({ title: 'command', text: 'AT+GMR', isError: false });
    expect(details?.lines).toEqual(
      expect.arrayContaining([
        { name: 'Round trip', text: '9 ms' },
        { name: 'Answer', text: 'AT version:1.7.4.0', number: 2 },
        { name: 'Result', text: 'OK', number: 3 },
      ]),
    );
  });

  it('of a part of an answer name the command', () => {
    expect(detailsOf(marblesOf(), 2, undefined)?.lines).toContainEqual({ name: 'Command', text: 'AT+GMR', number: 1 });
  });

  it('of a call are its socket, its link, how long it took, and its error', () => {
    const details = detailsOf(marblesOf(), 5, undefined);
    expect(details).toMatchObject({ title: 'call failed', text: 'recv: ECONNRESET reset', isError: true });
    expect(details && detailsText(details)).toContain('Link: 4\nSocket: 2\nTook: 20 ms\nBegan: recv(1460)');
  });

  it('are none of a marble that is gone', () => {
    expect(detailsOf(marblesOf(), 99, undefined)).toBeUndefined();
  });

  it('lead to the bytes that are nearest on the line of the same direction', () => {
    expect(nearestBytes(marblesOf(), 1)).toBe(0);
    expect(nearestBytes(marblesOf(), 3)).toBeUndefined();
  });
});
