import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { ticks, timeLabel } from '../../../src/lanes/painting/ruler';

describe('the ruler', () => {
  it('says times as exactly as its step needs them', () => {
    expect([0, 340, 1250, 59_999].map((time) => timeLabel(time))).toEqual(['0 ms', '340 ms', '1.250 s', '59.999 s']);
    expect([1000, 12_000, 90_000].map((time) => timeLabel(time, 1000))).toEqual(['1 s', '12 s', '1:30']);
    expect(timeLabel(3_723_500, 100)).toBe('1:02:03.5');
    expect(timeLabel(-20)).toBe('−20 ms');
  });

  it('has marks at round times, far enough apart for their labels', () => {
    expect(ticks({ from: 0, to: 10_000 }, 1000).map(({ label }) => label)).toEqual([
      ...['0 s', '1 s', '2 s', '3 s', '4 s', '5 s', '6 s', '7 s', '8 s', '9 s', '10 s'],
    ]);
    fc.assert(
      fc.property(
        fc.nat(1e9),
        fc.integer({ min: 10, max: 1e9 }),
        fc.integer({ min: 200, max: 3000 }),
        (from, span, width) => {
          const marks = ticks({ from, to: from + span }, width);
          expect(marks.length).toBeLessThanOrEqual(width / 84 + 1);
          expect(new Set(marks.map(({ label }) => label)).size).toBe(marks.length);
          for (const { time } of marks) expect(time).toBeGreaterThanOrEqual(from);
        },
      ),
    );
  });
});
