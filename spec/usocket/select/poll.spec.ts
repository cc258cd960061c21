import assert from 'node:assert/strict';

import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, EMPTY, map, NEVER, type Observable, of, startWith, throwError } from 'rxjs';

import type { Pollable, Readiness } from '../../../src/streams';
import { OSError } from '../../../src/usocket';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT } from '../../../src/usocket/select/poll';
import { Poll } from '../../../src/usocket/select/uselect';
import { marbles } from '../../../harness/time/marbles';
import { failureOf } from '../../../harness/interfaces/failure';

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
      return `${name}${events}`;
    }),
  );
}

describe('the events of a poll', () => {
  it('have the numbers of MicroPython', () => {
    expect({ POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL }).toEqual({
      POLLIN: 1,
      POLLOUT: 4,
      POLLERR: 8,
      POLLHUP: 16,
      POLLNVAL: 32,
    });
  });
});

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
      expectObservable(poller.poll$().pipe(names({ s, t }))).toBe('----(a|)', { a: [`s${POLLIN}`] });
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

  it('reports a hangup and an error unasked, and nothing else', async () => {
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
        a: [`s${POLLOUT}`],
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

  it('reports a hangup again after the one-shot flag, because it comes unasked', async () => {
    const stream = { readiness$: new BehaviorSubject(states['h'] ?? idle) };
    const poller = new Poll();
    poller.register(stream);
    expect(await poller.ipoll(0, 1)).toEqual([[stream, POLLIN | POLLHUP]]);
    expect(await poller.ipoll(0, 1)).toEqual([[stream, POLLHUP]]);
  });

  it('lets an observer of a one-shot report unregister streams', async () => {
    const [one, other] = [states['r'], states['r']].map((state) => ({
      readiness$: new BehaviorSubject(state ?? idle),
    }));
    const poller = new Poll();
    poller.register(one!);
    poller.register(other!);
    const watching = poller.ready$.subscribe((ready) => {
      if (ready.length === 0) poller.unregister(other!);
    });
    expect(await poller.ipoll(0, 1)).toHaveLength(2);
    watching.unsubscribe();
    expect(() => poller.modify(other!, POLLIN)).toThrow(OSError);
  });

  it('changes the events of a stream that is registered again, and says that it is not new', async () => {
    const stream = { readiness$: new BehaviorSubject(states['b'] ?? idle) };
    const poller = new Poll();
    expect(poller.register(stream, POLLIN)).toBe(true);
    expect(poller.register(stream, POLLOUT)).toBe(false);
    expect(await poller.poll(0)).toEqual([[stream, POLLOUT]]);
  });

  it('counts a readiness$ that fails as POLLERR, and goes on with the others', async () => {
    const broken = { readiness$: throwError(() => new Error('broken')) };
    const stream = { readiness$: new BehaviorSubject(states['r'] ?? idle) };
    const poller = new Poll<Pollable>();
    poller.register(broken, POLLIN);
    poller.register(stream, POLLIN);
    expect(await poller.poll(0)).toEqual([
      [broken, POLLERR],
      [stream, POLLIN],
    ]);
    poller.unregister(broken);
    expect(await poller.poll()).toEqual([[stream, POLLIN]]);
  });

  it(
    'hears of a readiness$ that fails while it waits',
    marbles(({ hot, expectObservable }, scheduler) => {
      const s = pollable(hot('--#'));
      const poller = new Poll({ scheduler });
      poller.register(s, 0);
      expectObservable(poller.poll$().pipe(names({ s }))).toBe('--(a|)', { a: [`s${POLLERR}`] });
    }),
  );

  it('keeps the last state of a readiness$ that has completed', async () => {
    const ended = { readiness$: of(states['r'] ?? idle) };
    const poller = new Poll();
    poller.register(ended, POLLIN);
    expect(await poller.poll(0)).toEqual([[ended, POLLIN]]);
    expect(await poller.poll()).toEqual([[ended, POLLIN]]);
  });

  it.each([
    ['ends without a word', EMPTY],
    ['says nothing', NEVER],
  ])('does not wait for a readiness$ that %s', async (_, readiness$: Observable<Readiness>) => {
    const stream = { readiness$: new BehaviorSubject(states['r'] ?? idle) };
    const poller = new Poll<Pollable>();
    poller.register({ readiness$ });
    expect(await poller.poll(0)).toEqual([]);
    poller.register(stream, POLLIN);
    expect(await poller.poll()).toEqual([[stream, POLLIN]]);
  });

  it(
    'waits for ever for a time that is negative, null, or longer than a timer keeps',
    marbles(({ hot, expectObservable }, scheduler) => {
      const s = pollable(hot('36000m r'));
      for (const forEver of [-1, -0.5, null, undefined, 2 ** 31, Infinity]) {
        const poller = new Poll({ scheduler });
        poller.register(s, POLLIN);
        expectObservable(poller.poll$(forEver).pipe(names({ s }))).toBe('36000m (a|)', { a: [`s${POLLIN}`] });
      }
    }),
  );

  it('refuses a wrong time and a wrong stream with EINVAL', async () => {
    const poller = new Poll<Pollable>();
    expect((await failureOf(poller.poll$(NaN))).code).toBe('EINVAL');
    expect((await failureOf(poller.poll$('soon' as unknown as number))).code).toBe('EINVAL');
    for (const wrong of [undefined, null, 5, {}, { readiness$: true }]) {
      assert.throws(
        () => poller.register(wrong as unknown as Pollable),
        (error) => error instanceof OSError && error.code === 'EINVAL',
      );
    }
    expect(await poller.poll(0)).toEqual([]);
  });

  it('refuses to modify or unregister a stream that is not registered', () => {
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
