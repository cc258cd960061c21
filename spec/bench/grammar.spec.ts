import { describe, expect, it } from '@jest/globals';

import { costOf, type Printing, type Stage } from '../../harness/bench/grammar';

describe('npm run bench:grammar', () => {
  it.each([
    ['grammar', 'pushed'],
    ['grammar', 'suspicious'],
    ['grammar', 'pulled'],
    ['driver', 'pushed'],
  ] as const)('measures what all bytes cost that arrive: %s, %s', (stage: Stage, printing: Printing) => {
    const { chunk, rate, perChunk, perBlock } = costOf(stage, printing, 4096, 0.001, 1);
    expect(chunk).toBe(4096);
    expect(rate).toBeCloseTo(1460 / perBlock);
    // A block and its header are a little more than 1460 bytes.
    expect(perChunk / perBlock).toBeGreaterThan(4096 / 1600);
    expect(perChunk / perBlock).toBeLessThan(4096 / 1460);
  });
});
