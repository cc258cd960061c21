import { describe, expect, it } from '@jest/globals';

import { History } from '../../src/plots/series/history';

/** The values of a column that there are, with their times. */
function shown(
  history: History,
  column: 'toModem' | 'link0' | 'roundTrip',
  from: number,
  to: number,
  now = to,
): unknown {
  const slice = history.slice(from, to, now);
  const values = slice.values(column);
  return slice.times.flatMap((time, index) => (values[index] === null ? [] : [[time, values[index]]]));
}

describe('the history of a session', () => {
  it('makes sums rates once all their bytes are told', () => {
    const history = new History();
    history.add('toModem', 10, 30);
    history.add('toModem', 90, 20);
    history.add('toModem', 210, 10);
    expect(shown(history, 'toModem', 0, 300, 399)).toEqual([
      [50, 500],
      [150, 0],
    ]);
    expect(shown(history, 'toModem', 0, 300, 400)).toContainEqual([250, 100]);
  });

  it('makes the sum of a long bucket a rate before it is over', () => {
    const history = new History();
    history.add('toModem', 600_100, 30);
    expect(shown(history, 'toModem', 0, 900_000, 600_499)).not.toContainEqual([600_500, 60]);
    expect(shown(history, 'toModem', 0, 900_000, 600_500)).toContainEqual([600_500, 60]);
  });

  it('spreads a sum over the time that it took', () => {
    const history = new History();
    history.spread('toModem', 50, 250, 200);
    expect(shown(history, 'toModem', 0, 299, 400)).toEqual([
      [50, 500],
      [150, 1000],
      [250, 500],
    ]);
  });

  it('holds a value until the next one, and shows the largest of a bucket', () => {
    const history = new History();
    history.add('link0', 110, 5);
    history.add('link0', 310, 9);
    history.add('link0', 390, 2);
    expect(shown(history, 'link0', 0, 499)).toEqual([
      [150, 5],
      [250, 5],
      [350, 9],
      [450, 2],
    ]);
  });

  it('ends what is held by an empty value, after the bucket in which it still held', () => {
    const history = new History();
    history.add('link0', 110, 5);
    history.add('link0', 310, NaN);
    expect(shown(history, 'link0', 0, 499)).toEqual([
      [150, 5],
      [250, 5],
      [350, 5],
    ]);
  });

  it('shows the longest round trip of a bucket, and nothing where there is none', () => {
    const history = new History();
    history.add('roundTrip', 110, 30);
    history.add('roundTrip', 120, 20);
    history.add('roundTrip', 350, 1);
    expect(shown(history, 'roundTrip', 0, 999)).toEqual([
      [150, 30],
      [350, 1],
    ]);
  });

  it('is less fine over a long time, and after a long time', () => {
    const history = new History();
    history.add('roundTrip', 500, 7);
    expect(shown(history, 'roundTrip', 0, 1_000_000)).toEqual([[500, 7]]);
    history.add('roundTrip', 3_600_000, 8);
    expect(shown(history, 'roundTrip', 0, 1000, 3_600_000)).toEqual([[500, 7]]);
    expect(shown(history, 'roundTrip', 3_599_000, 3_600_000)).toEqual([[3_600_050, 8]]);
    history.add('roundTrip', 30 * 24 * 3_600_000, 9);
    expect(shown(history, 'roundTrip', 0, 1000, 30 * 24 * 3_600_000)).toEqual([]);
  });

  it('has few points however long the session is', () => {
    const history = new History();
    history.add('roundTrip', 0, 1);
    history.add('roundTrip', 24 * 3_600_000, 2);
    for (const span of [10, 10_000, 600_000, 7_200_000, 86_400_000]) {
      expect(history.slice(86_400_000 - span, 86_400_000, 86_400_000).times.length).toBeLessThan(1210);
    }
  });
});
