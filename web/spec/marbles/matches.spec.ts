import { describe, expect, it } from '@jest/globals';
import type { SaidEvent } from 'rx-usocket/watch';

import { type Filter, noFilter } from '../../src/marbles/filter';
import { Marbles } from '../../src/marbles/marbles';
import { Matches, matchesOf } from '../../src/marbles/matches';

const said = (kind: SaidEvent['kind'], text: string, link?: number): SaidEvent => ({
  type: 'said',
  time: 0,
  direction: 'from modem',
  kind,
  size: text.length,
  text,
  ...(link !== undefined && { link }),
});

const events = [
  said('command', 'AT+CIPSTART=0,"TCP","host.example",80', 0),
  said('opened', 'CONNECT', 0),
  said('final', 'OK'),
  said('command', 'AT+CIPSTART=1,"TCP","other.example",80', 1),
  said('final', 'ERROR'),
  said('closed', 'CLOSED', 0),
];

function numbersOf(filter: Partial<Filter>, limit = 100): number[] {
  const marbles = new Marbles((time) => time, { marbles: limit, bytes: 0, characters: 1e6 });
  marbles.take(events);
  const matches = new Matches(marbles, { ...noFilter, ...filter });
  while (!matches.isComplete) matches.advance(2);
  return Array.from({ length: matches.all.length }, (_, place) => matches.all.at(place));
}

describe('matches', () => {
  it('are found by a part of their text, and by a regular expression', () => {
    expect(numbersOf({ text: 'cipstart' })).toEqual([0, 3]);
    expect(numbersOf({ text: '/^CON|ERR/' })).toEqual([1, 4]);
    expect(() => numbersOf({ text: '/(/' })).toThrow(SyntaxError);
  });

  it('are found by kind, by link and by being errors', () => {
    expect(numbersOf({ groups: new Set(['links']) })).toEqual([1, 5]);
    expect(numbersOf({ links: new Set([1]) })).toEqual([3]);
    expect(numbersOf({ isErrorsOnly: true })).toEqual([4]);
  });

  it('leave with their marbles', () => {
    expect(numbersOf({ text: 'cipstart' }, 4)).toEqual([3]);
  });

  it('are gone through in both directions, and around the end', () => {
    const marbles = new Marbles((time) => time);
    marbles.take(events);
    const matches = new Matches(marbles, { ...noFilter, text: 'c' });
    matches.advance(100);
    expect([undefined, 0, 1, 5].map((from) => matches.step(from, 1))).toEqual([0, 1, 3, 0]);
    expect([undefined, 5, 4, 0].map((from) => matches.step(from, -1))).toEqual([5, 3, 3, 5]);
  });

  it('are none of a filter that lets everything pass', () => {
    expect(matchesOf(new Marbles((time) => time), noFilter)).toBeUndefined();
  });
});
