import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { nearest, placeAt, visitBuckets } from '../../src/marbles/buckets';
import { firstPlace, NumberQueue } from '../../src/marbles/numberQueue';

const ascending = fc.array(fc.nat(300)).map((numbers) => numbers.sort((one, other) => one - other));
/** Stands for three numbers that are pushed. Every other step drops. */
const pushes = -1;
const same = (number: number) => number;

function queueOf(numbers: readonly number[]): NumberQueue {
  const queue = new NumberQueue();
  for (const number of numbers) queue.push(number);
  return queue;
}

const held = (queue: NumberQueue) => Array.from({ length: queue.length }, (_, place) => queue.at(place));

describe('a queue of numbers', () => {
  it('holds what an array holds, whatever is pushed and dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(pushes), fc.nat(20))), (steps) => {
        const queue = new NumberQueue();
        let expected: number[] = [];
        let next = 0;
        for (const step of steps) {
          if (step === pushes) {
            for (const last = next + 3; next < last; next++) {
              queue.push(next);
              expected.push(next);
            }
          } else {
            const below = next - step;
            queue.dropBelow(below);
            expected = expected.filter((number) => number >= below);
          }
        }
        expect(held(queue)).toEqual(expected);
      }),
    );
  });

  it('finds the first place from any start', () => {
    fc.assert(
      fc.property(ascending, fc.nat(310), fc.nat(20), (numbers, wanted, start) => {
        const reached = numbers.findIndex((number, place) => place >= start && number >= wanted);
        const expected = reached < 0 ? Math.max(numbers.length, Math.min(start, numbers.length)) : reached;
        const from = Math.min(start, numbers.length);
        expect(firstPlace(numbers.length, (place) => (numbers[place] ?? 0) >= wanted, from)).toBe(expected);
        expect(queueOf(numbers).placeOf(wanted)).toBe(placeAt(queueOf(numbers), same, wanted));
      }),
    );
  });

  it('finds the nearest one', () => {
    fc.assert(
      fc.property(ascending, fc.nat(310), (numbers, wanted) => {
        const place = nearest(queueOf(numbers), same, wanted);
        const distances = numbers.map((number) => Math.abs(number - wanted));
        if (place === undefined) expect(numbers).toEqual([]);
        else expect(distances[place]).toBe(Math.min(...distances));
      }),
    );
  });
});

describe('buckets', () => {
  it('count each marble of the range once, in few steps', () => {
    const range = fc.tuple(fc.nat(300), fc.nat(300)).map(([from, span]) => ({ from, to: from + span }));
    fc.assert(
      fc.property(ascending, range, fc.integer({ min: 1, max: 50 }), (numbers, { from, to }, grain) => {
        const counted: number[] = [];
        const firsts: number[] = [];
        visitBuckets(queueOf(numbers), same, { from, to }, grain, (place, count) => {
          firsts.push(Math.floor((numbers[place] ?? 0) / grain));
          counted.push(...numbers.slice(place, place + count));
        });
        expect(counted.filter((number) => number <= to)).toEqual(numbers.filter((one) => one >= from && one <= to));
        expect(new Set(firsts).size).toBe(firsts.length);
      }),
    );
  });

  it('of a million marbles cost as many steps as there are buckets, and not as there are marbles', () => {
    const queue = new NumberQueue();
    for (let number = 0; number < 1_000_000; number++) queue.push(number);
    let looks = 0;
    let buckets = 0;
    const time = (number: number) => {
      looks++;
      return number;
    };
    visitBuckets(queue, time, { from: 0, to: 1_000_000 }, 2500, () => buckets++);
    expect(buckets).toBe(400);
    expect(looks / buckets).toBeLessThan(40);
  });
});
