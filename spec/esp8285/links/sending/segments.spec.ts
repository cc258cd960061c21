import { beforeEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { marbles } from '../../../../harness/time/marbles';
import { type Segment, Segments } from '../../../../src/esp8285/links/sending/segments';

const lost = new Error('the link has ended');
let segments: Segments;

beforeEach(() => {
  segments = new Segments();
});

/** A segment that the modem has taken. */
function put(length: number, number: number | undefined): Segment {
  const segment = segments.begin(length);
  segments.taken(segment, number);
  return segment;
}

/** Runs what the letters of a diagram stand for. */
function runner(cold: (marble: string) => { subscribe: (next: (letter: string) => void) => unknown }) {
  return (diagram: string, actions: Record<string, () => void>) =>
    cold(diagram).subscribe((letter) => actions[letter]?.());
}

describe('the segments of a link', () => {
  it('count from the beginning of the put to the acknowledgement', () => {
    assert.ok(segments.isIdle);
    const first = segments.begin(10);
    assert.deepStrictEqual([segments.bytes, segments.count, segments.isWaiting], [10, 1, false]);
    segments.taken(first, 1);
    const second = put(5, 2);
    assert.deepStrictEqual([segments.bytes, segments.count, segments.isWaiting], [15, 2, true]);
    segments.ended(1, true);
    assert.deepStrictEqual([segments.has(first), segments.has(second), segments.bytes], [false, true, 5]);
    segments.ended(2, true);
    assert.deepStrictEqual([segments.bytes, segments.count], [0, 0]);
  });

  it('have numbers in their order, until one is not known', () => {
    assert.strictEqual(segments.expected, undefined);
    put(1, 7);
    assert.strictEqual(segments.expected, 8);
    segments.withdraw(segments.begin(1), false);
    assert.strictEqual(segments.expected, 8);
    segments.withdraw(segments.begin(1), true);
    assert.strictEqual(segments.expected, undefined);
    put(1, 9);
    assert.strictEqual(segments.expected, 10);
    put(1, undefined);
    assert.strictEqual(segments.expected, undefined);
  });

  it(
    'are acknowledged with each later one, because TCP acknowledges in order',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [first, second, third] = [put(1, 1), put(1, 2), put(1, 3)];
      const said$ = cold('--b-c|');
      said$.subscribe((letter) => {
        segments.ended(letter === 'b' ? 2 : 3, true);
      });
      expectObservable(first.acknowledged$).toBe('--|');
      expectObservable(second.acknowledged$).toBe('--|');
      expectObservable(third.acknowledged$).toBe('----|');
      expectObservable(segments.news$, '^ 9ms !').toBe('--v-v', { v: 'changed' });
      expectSubscriptions(said$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'that could not be delivered are told, and stay until a result or the end of the link',
    marbles(({ cold, expectObservable }) => {
      const [first, second] = [put(1, 1), put(1, 2)];
      runner(cold)('-f-o-e', {
        f: () => segments.ended(1, false),
        o: () => segments.ended(1, true),
        e: () => segments.fail(lost),
      });
      expectObservable(first.acknowledged$).toBe('---|');
      expectObservable(second.acknowledged$).toBe('-----#', undefined, lost);
      expectObservable(segments.news$, '^ 9ms !').toBe('-f-v-v', { f: first, v: 'changed' });
      expectObservable(segments.changes$, '^ 9ms !').toBe('---v-v', { v: 'changed' });
    }),
  );

  it(
    'may have their result before their Recv',
    marbles(({ cold, expectObservable }) => {
      put(1, 1);
      const second = segments.begin(1);
      runner(cold)('-r-t', { r: () => segments.ended(2, true), t: () => segments.taken(second, 2) });
      expectObservable(second.acknowledged$).toBe('---|');
      expectObservable(segments.news$, '^ 9ms !').toBe('---v', { v: 'changed' });
    }),
  );

  it(
    'do not take the early result of a segment that was withdrawn for their own',
    marbles(({ cold, expectObservable, flush }) => {
      const withdrawn = segments.begin(1);
      runner(cold)('-r-w-b', {
        r: () => segments.ended(2, true),
        w: () => segments.withdraw(withdrawn, true),
        b: () => put(1, 2),
      });
      expectObservable(segments.changes$, '^ 9ms !').toBe('---v-v', { v: 'changed' });
      flush();
      assert.strictEqual(segments.count, 1);
    }),
  );

  it.each<[string, readonly (number | undefined)[], number, string]>([
    ['are in doubt after the result of a number that does not exist yet', [1], 5, '-d'],
    ['are in doubt after a result that may be that of a segment without a number', [undefined, 3], 2, '-d'],
    ['are not in doubt after an older result, because that of a later segment was first', [2, 3], 1, '-'],
  ])('%s', (_, numbers, number, expected) => {
    marbles(({ cold, expectObservable, flush }) => {
      for (const each of numbers) put(1, each);
      runner(cold)('-r', { r: () => segments.ended(number, true) });
      expectObservable(segments.news$, '^ 9ms !').toBe(expected, { d: 'doubted' });
      flush();
      assert.strictEqual(segments.count, numbers.length);
    })();
  });

  it(
    'are compared with what the modem says, where one without a number has that of its place',
    marbles(({ cold, expectObservable, flush }) => {
      const [first, second, third] = [put(100, 1), put(200, undefined), put(400, undefined)];
      let size = 0;
      runner(cold)('-c', { c: () => (size = segments.compare({ next: 4, acknowledged: 2, room: 600 })) });
      expectObservable(first.acknowledged$).toBe('-|');
      expectObservable(second.acknowledged$).toBe('-|');
      expectObservable(third.acknowledged$, '^ 9ms !').toBe('-');
      flush();
      assert.deepStrictEqual([size, segments.bytes, segments.expected], [1_000, 400, 4]);
    }),
  );

  it('know their numbers again, when the modem has said the next one and has taken a segment with it', () => {
    put(1, undefined);
    segments.compare({ next: 2, acknowledged: 1, room: 2_920 });
    assert.deepStrictEqual([segments.isIdle, segments.expected], [true, 2]);
    // What contradicts the driver is not believed.
    segments.compare({ next: 7, acknowledged: 1, room: 2_920 });
    assert.strictEqual(segments.expected, undefined);
  });

  it(
    'fail with their link, those that are being put, too',
    marbles(({ cold, expectObservable, flush }) => {
      const [first, second] = [put(1, 1), segments.begin(1)];
      runner(cold)('--e', { e: () => segments.fail(lost) });
      expectObservable(first.acknowledged$).toBe('--#', undefined, lost);
      expectObservable(second.acknowledged$).toBe('--#', undefined, lost);
      expectObservable(segments.changes$, '^ 9ms !').toBe('--v', { v: 'changed' });
      flush();
      assert.ok(segments.isIdle);
    }),
  );
});
