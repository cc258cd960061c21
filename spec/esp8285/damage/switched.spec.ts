import { describe, expect, it } from '@jest/globals';

import { damagedSwitches } from '../../../harness/soak/damagedSwitches';

describe('a line that is damaged at one place while the receive mode changes', () => {
  // `npm run soak -- damaged-switches` damages each place.
  it.each(['1.7.4', '2.2.2'] as const)('AT %s: all bytes, or a true beginning and an error', async (firmware) => {
    const printed: string[] = [];
    const isFine = await damagedSwitches({ firmwares: [firmware], stride: 40, print: (line) => printed.push(line) });
    const runs = expect.stringMatching(/: \d+ runs with [3-9] switches or so, [1-9]\d* with an error$/);
    expect(printed).toEqual([runs, runs, runs]);
    expect(isFine).toBe(true);
  });
});
