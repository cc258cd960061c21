import assert from 'node:assert/strict';

import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, map, type Observable, startWith } from 'rxjs';

import type { Pollable, Readiness } from '../../src/streams';
import { OSError } from '../../src/usocket';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../src/usocket/poll';
import { Poll } from '../../src/usocket/uselect';
import { marbles } from '../streams/marbles';

const idle: Readiness = { readable: false, writable: false, hangup: false, error: false };

/** The letters of a diagram: what the stream is ready for from then on. */
const states: Record<string, Readiness> = {
  '0': idle,
  r: { ...idle, readable: true },
  w: { ...idle, writable: true },
  b: { ...idle, readable: true, writable: true },
  h: { ...idle, readable: true, hangup: true },
  e: { ...idle, error: true },
};

function pollable(letters$: Observable<string>): Pollable {
  return {
    readiness$: letters$.pipe(
      startWith('0'),
      map((letter) => states[letter] ?? idle),
    ),
  };
}

function names(streams: Record<string, Pollable>) {
  return map((ready: readonly (readonly [Pollable, number])[]) =>
    ready.map(([stream, events]) => {
      const name = Object.keys(streams).find((key) => streams[key] === stream) ?? '?';
      return `${name}${String(events)}`;
    }),
  );
}

describe('poll', () => {
  it(
    'waits for the first stream that is ready, and lets go of all',
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const readings = { s: hot('----r--'), t: hot('--w----') };
      const s = pollable(readings.s);
      const t = pollable(readings.t);
      const poller = new Poll({ scheduler });
      poller.register(s, POLLIN);
      poller.register(t, POLLIN);
      expectObservable(poller.poll$().pipe(names({ s, t }))).toBe('----(a|)', { a: [`s${String(POLLIN)}`] });
      expectSubscriptions(readings.s.subscriptions).toBe('^---!');
      expectSubscriptions(readings.t.subscriptions).toBe('^---!');
    }),
  );

  it(
    'gives nothing when the time is up',
    marbles(({ hot, expectObservable }, scheduler) => {
      const s = pollable(hot('------r'));
      const poller = new Poll({ scheduler });
      poller.register(s);
      expectObservable(poller.poll$(5)).toBe('-----(a|)', { a: [] });
    }),
  );

  it(
    'looks and returns at once with a time of 0',
    marbles(({ hot, expectObservable }, scheduler) => {
      const s = pollable(hot('b------'));
      const poller = new Poll({ scheduler });
      poller.register(s, POLLOUT);
      expectObservable(poller.poll$(0)).toBe('(a|)', { a: [] });
      expectObservable(poller.poll$(0).pipe(names({ s })), '-^').toBe('-(a|)', { a: [] });
    }),
  );

  it('is level-triggered: what is still ready is reported again', async () => {
    const readiness$ = new BehaviorSubject(states['r'] ?? idle);
    const poller = new Poll();
    const stream = { readiness$ };
    poller.register(stream, POLLIN);
    expect(await poller.poll(0)).toEqual([[stream, POLLIN]]);
    expect(await poller.poll()).toEqual([[stream, POLLIN]]);
    readiness$.next(idle);
    expect(await poller.poll(0)).toEqual([]);
  });

  it('tells of a hangup and of an error unasked, and of nothing else', async () => {
    const gone = { readiness$: new BehaviorSubject(states['h'] ?? idle) };
    const failed = { readiness$: new BehaviorSubject(states['e'] ?? idle) };
    const poller = new Poll();
    poller.register(gone, POLLOUT);
    poller.register(failed, 0);
    expect(await poller.poll(0)).toEqual([
      [gone, POLLHUP],
      [failed, POLLERR],
    ]);
  });

  it(
    'notices what is registered, changed or taken out while it waits',
    marbles(({ cold, expectObservable }, scheduler) => {
      const s = { readiness$: new BehaviorSubject(states['w'] ?? idle) };
      const poller = new Poll<Pollable>({ scheduler });
      poller.register(s, POLLIN);
      const steps: Record<string, () => void> = {
        m: () => {
          poller.modify(s, POLLOUT);
        },
        u: () => {
          poller.unregister(s);
        },
      };
      cold('--m-u').subscribe((step) => {
        steps[step]?.();
      });
      expectObservable(poller.ready$.pipe(names({ s })), '^-----!').toBe('n-a-n', {
        n: [],
        a: [`s${String(POLLOUT)}`],
      });
    }),
  );

  it('with the one-shot flag reports a stream once, until it is modified', async () => {
    const stream = { readiness$: new BehaviorSubject(states['b'] ?? idle) };
    const poller = new Poll();
    poller.register(stream);
    expect(await poller.ipoll(0, 1)).toEqual([[stream, POLLIN | POLLOUT]]);
    expect(await poller.ipoll(0, 1)).toEqual([]);
    poller.modify(stream, POLLOUT);
    expect(await poller.ipoll(0)).toEqual([[stream, POLLOUT]]);
    expect(await poller.ipoll(0)).toEqual([[stream, POLLOUT]]);
  });

  it('refuses to modify or take out what is not registered', () => {
    const poller = new Poll();
    const stream = { readiness$: new BehaviorSubject(idle) };
    for (const act of [() => poller.modify(stream, POLLIN), () => poller.unregister(stream)]) {
      assert.throws(act, (error) => error instanceof OSError && error.code === 'ENOENT');
    }
  });

  it('has nothing to report while nothing is registered', async () => {
    expect(await new Poll().poll(0)).toEqual([]);
    expect(await new Poll().poll(1)).toEqual([]);
  });
});
