import { describe, expect, it } from '@jest/globals';
import { concatWith, map, tap } from 'rxjs';

import { ItemQueue } from '../../../src/streams';
import { marbles } from '../../../harness/time/marbles';

const broken = new Error('broken');

describe('ItemQueue', () => {
  it(
    'gives each item to one taker, in the order of their subscriptions',
    marbles(({ hot, expectObservable }) => {
      const queue = new ItemQueue<string>({ capacity: 10 });
      const come$ = hot('      --a-b--c--').pipe(map((item) => queue.push(item)));
      expectObservable(queue.take$()).toBe('--(a|)');
      expectObservable(queue.take$()).toBe('----(b|)');
      expectObservable(queue.take$()).toBe('-------(c|)');
      expectObservable(come$).toBe('--t-t--t--', { t: true });
    }),
  );

  it(
    'loses nothing when a taker is unsubscribed',
    marbles(({ hot, expectObservable }) => {
      const queue = new ItemQueue<string>({ capacity: 10 });
      const come$ = hot('---a').pipe(map((item) => queue.push(item)));
      expectObservable(queue.take$(), '--!').toBe('---');
      expectObservable(queue.take$()).toBe('---(a|)');
      expectObservable(come$).toBe('---t', { t: true });
    }),
  );

  it('delivers an item before it emits that the item is gone', () => {
    const queue = new ItemQueue<string>({ capacity: 10 });
    queue.push('a');
    const heard: string[] = [];
    queue.readable$.subscribe((readable) => heard.push(`readable: ${readable}`));
    queue.take$().subscribe((item) => heard.push(item));
    expect(heard).toEqual(['readable: true', 'a', 'readable: false']);
  });

  it(
    'is not readable for an item that a taker waits for, whoever was first to subscribe',
    marbles(({ hot, expectObservable }) => {
      const queue = new ItemQueue<string>({ capacity: 10 });
      const come$ = hot('             --a-b---').pipe(map((item) => queue.push(item)));
      const states = { y: true, n: false };
      expectObservable(queue.readable$).toBe('n---y-n-', states);
      expectObservable(queue.take$()).toBe('  --(a|)');
      expectObservable(queue.readable$).toBe('n---y-n-', states);
      expectObservable(queue.take$(), '------^').toBe('------(b|)');
      expectObservable(come$).toBe('          --y-y---', states);
    }),
  );

  it('tells all who watch the same when one of them changes the queue', () => {
    const queue = new ItemQueue<string>({ capacity: 10 });
    const heard: string[] = [];
    for (const name of ['one', 'two']) {
      queue.readable$.subscribe((readable) => {
        heard.push(`${name}: ${readable}`);
        if (readable) queue.takeNow();
      });
    }
    queue.push('a');
    expect(heard).toEqual(['one: false', 'two: false', 'one: true', 'one: false']);
  });

  it('lets a taker take again when it hears its end', () => {
    const queue = new ItemQueue<string>({ capacity: 10 });
    queue.push('a');
    queue.push('b');
    const taken: string[] = [];
    queue
      .take$()
      .pipe(concatWith(queue.take$()))
      .subscribe((item) => taken.push(item));
    expect(taken).toEqual(['a', 'b']);
  });

  it('refuses what there is no room for, except the first item', () => {
    const queue = new ItemQueue<string>({ capacity: 5, sizeOf: ({ length }) => length });
    expect(queue.push('sixsix')).toBe(true);
    expect(queue.push('')).toBe(false);
    expect(queue.takeNow()).toBe('sixsix');
    expect(['abc', 'de', 'f'].map((item) => queue.push(item))).toEqual([true, true, false]);
    expect(queue.size).toBe(5);
  });

  it('gives nothing at once while a taker is waiting', () => {
    const queue = new ItemQueue<string>({ capacity: 5 });
    expect(queue.takeNow()).toBeUndefined();
    const taken: string[] = [];
    queue
      .take$()
      .pipe(tap(() => taken.push(`now: ${queue.takeNow()}`)))
      .subscribe((item) => taken.push(item));
    queue.push('a');
    expect(taken).toEqual(['now: undefined', 'a']);
  });

  it('fails after what it holds, takes nothing more in, and stays readable', () => {
    const queue = new ItemQueue<string>({ capacity: 5 });
    queue.push('a');
    queue.fail(broken);
    expect(queue.push('too late')).toBe(false);
    expect(queue.takeNow()).toBe('a');
    expect(queue.readable).toBe(true);
    expect(() => queue.takeNow()).toThrow(broken);
  });

  it(
    'fails a taker that is waiting',
    marbles(({ hot, expectObservable }) => {
      const queue = new ItemQueue<string>({ capacity: 5 });
      const lost$ = hot('      --x').pipe(tap(() => queue.fail(broken)));
      expectObservable(queue.take$()).toBe('--#', undefined, broken);
      expectObservable(lost$).toBe('--x');
    }),
  );

  it('returns at close what nobody has taken, and fails every take', () => {
    const queue = new ItemQueue<string>({ capacity: 5 });
    queue.push('a');
    expect(queue.close(broken)).toEqual(['a']);
    expect(() => queue.takeNow()).toThrow(broken);
    const failures: unknown[] = [];
    queue.take$().subscribe({ error: (error: unknown) => failures.push(error) });
    expect(failures).toEqual([broken]);
  });

  it(
    'shows the next item to each peek in turn, and leaves it',
    marbles(({ hot, expectObservable }) => {
      const queue = new ItemQueue<string>({ capacity: 10 });
      const come$ = hot('        --a-b').pipe(map((item) => queue.push(item)));
      expectObservable(queue.peek$()).toBe('--(a|)');
      expectObservable(queue.peek$()).toBe('--(a|)');
      expectObservable(queue.take$()).toBe('--(a|)');
      expectObservable(queue.peek$()).toBe('----(b|)');
      expectObservable(come$).toBe('--t-t', { t: true });
    }),
  );

  it('shows the next item now, and its failure once it is empty', () => {
    const queue = new ItemQueue<string>({ capacity: 5 });
    expect(queue.peekNow()).toBeUndefined();
    queue.push('a');
    expect([queue.peekNow(), queue.peekNow(), queue.count]).toEqual(['a', 'a', 1]);
    queue.fail(broken);
    expect(queue.takeNow()).toBe('a');
    expect(() => queue.peekNow()).toThrow(broken);
  });

  it('can be resized, and leaves what is there already', () => {
    const queue = new ItemQueue<string>({ capacity: 2 });
    for (const item of ['a', 'b']) queue.push(item);
    queue.resize(1);
    expect([queue.count, queue.push('c')]).toEqual([2, false]);
    queue.resize(3);
    expect([queue.push('c'), queue.count]).toEqual([true, 3]);
  });
});
