import { describe, expect, it } from '@jest/globals';

import { crowd } from '../../harness/soak/crowd';
import { firmwareVersions } from '../../src/emulator';

describe('several links at once, at random', () => {
  it.each(firmwareVersions)('AT %s keeps all bytes in order, and everything ends', async (firmware) => {
    const printed: string[] = [];
    const isFine = await crowd({ seed: 1, runs: 40, firmwares: [firmware], print: (line) => printed.push(line) });
    expect(printed).toEqual([expect.stringMatching(`^AT ${firmware}: 40 of 40 runs in order, with \\d+ connections$`)]);
    expect(isFine).toBe(true);
  });
});
