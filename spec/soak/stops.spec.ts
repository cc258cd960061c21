import { describe, expect, it } from '@jest/globals';

import { stops } from '../../harness/soak/stops';

describe('a reader that stops at one byte of a download', () => {
  // `npm run soak -- stops` has it stop at each byte.
  it.each(['1.7.4', '2.2.2'] as const)('AT %s: receives everything in order', async (firmware) => {
    const printed: string[] = [];
    const isFine = await stops({ firmwares: [firmware], stride: 97, print: (line) => printed.push(line) });
    const downloads = expect.stringMatching(/: \d+ downloads, with [1-9]\d+ switches of the receive mode$/);
    expect(printed).toEqual([downloads, downloads, downloads]);
    expect(isFine).toBe(true);
  });
});
