import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { WatchEvent } from '../../../src/watch';
import { EventLog, type Place } from '../../../src/watch/serve/eventLog';

const said = (time: number): WatchEvent => ({
  type: 'said',
  time,
  direction: 'to modem',
  kind: 'command',
  text: `AT ${time}`,
  size: 2,
});
const bytes = (time: number, size = 1): WatchEvent => ({
  type: 'bytes',
  time,
  from: 'modem',
  bytes: Buffer.alloc(size),
});
const state = (time: number): WatchEvent => ({
  type: 'state',
  time,
  state: { modem: 'up', wifi: 'up', waitingCommands: 0, links: [], sockets: [] },
});
const start = (): Place => ({ position: 0, bytes: 0 });
const timesOf = (events: readonly WatchEvent[]) => events.map(({ time }) => time);

/** A log with these events. */
function logOf(capacity: number, events: readonly WatchEvent[]): EventLog {
  const log = new EventLog(capacity);
  for (const event of events) log.push(event);
  return log;
}

describe('the log of events', () => {
  it('has nothing at first', () => {
    expect(new EventLog(3).take(start(), true)).toEqual([]);
  });

  it('gives each reader everything, in order, once', () => {
    const log = logOf(3, [said(1), said(2)]);
    const [one, other] = [start(), start()];
    expect(timesOf(log.take(one, false))).toEqual([1, 2]);
    log.push(said(3));
    expect(timesOf(log.take(one, false))).toEqual([3]);
    expect(timesOf(log.take(other, false))).toEqual([1, 2, 3]);
    expect(log.take(other, false)).toEqual([]);
  });

  it('tells a reader that is too slow how many events it has missed, in their place', () => {
    const log = logOf(2, [said(1)]);
    const place = start();
    log.take(place, false);
    for (const time of [2, 3, 4, 5]) log.push(said(time));
    expect(log.take(place, false)).toEqual([{ type: 'missed', time: 4, count: 2 }, said(4), said(5)]);
    expect(log.take(place, false)).toEqual([]);
  });

  it('gives a late reader the last state, which is not counted as missed', () => {
    const log = logOf(2, [state(1), said(2), state(3), said(4), said(5), said(6)]);
    const told = [state(3), { type: 'missed', time: 5, count: 3 }, said(5), said(6)];
    expect(log.take(start(), false)).toEqual(told);
    const late = logOf(1, [state(1), said(2)]);
    expect(late.take(start(), false)).toEqual([state(1), said(2)]);
  });

  it('gives bytes only to readers that want them, and others do not miss them', () => {
    const log = logOf(2, [bytes(1), said(2), bytes(3), said(4), bytes(5)]);
    expect(log.take(start(), false)).toEqual([{ type: 'missed', time: 4, count: 1 }, said(4)]);
    expect(log.take(start(), true)).toEqual([{ type: 'missed', time: 4, count: 3 }, said(4), bytes(5)]);
  });

  it('keeps few bytes, whatever the number of events', () => {
    const log = logOf(10_000, []);
    for (let time = 0; time < 100; time++) log.push(bytes(time, 1 << 20));
    expect(log.take(start(), true)[0]).toMatchObject({ type: 'missed', count: 96 });
  });

  it('is read in parts that are not too large', () => {
    const long = logOf(
      2_000,
      Array.from({ length: 1_234 }, (_, time) => said(time)),
    );
    const place = start();
    expect([1, 2, 3, 4].map(() => long.take(place, true).length)).toEqual([500, 500, 234, 0]);
    const heavy = logOf(
      10,
      [1, 2, 3].map((time) => bytes(time, 100_000)),
    );
    expect(timesOf(heavy.take(start(), true))).toEqual([1]);
  });

  it('loses nothing: what a reader gets and what it has missed is everything, in order', () => {
    const event = fc.constantFrom(said, bytes, state);
    const step = fc.oneof({ arbitrary: event, weight: 3 }, fc.constant('take' as const));
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 5 }), fc.boolean(), (steps, capacity, withBytes) => {
        const log = new EventLog(capacity);
        const place = start();
        const pushed: WatchEvent[] = [];
        const got: WatchEvent[] = [];
        for (const each of [...steps, 'take' as const]) {
          if (each === 'take') {
            got.push(...log.take(place, withBytes));
            continue;
          }
          const made = each(pushed.length);
          pushed.push(made);
          log.push(made);
        }
        const wanted = pushed.filter(({ type }) => withBytes || type !== 'bytes');
        const told = got.filter(({ type }) => type !== 'missed');
        const missed = got.reduce((sum, each) => sum + (each.type === 'missed' ? each.count : 0), 0);
        expect(told.length + missed).toBe(wanted.length);
        expect(timesOf(told)).toEqual([...new Set(timesOf(told))].sort((one, other) => one - other));
        expect(wanted).toEqual(expect.arrayContaining(told));
      }),
    );
  });
});
