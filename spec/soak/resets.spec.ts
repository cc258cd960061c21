import { describe, expect, it } from '@jest/globals';

import { bothWays } from '../../harness/soak/bothWays';
import { resets } from '../../harness/soak/resets';
import { firmwareVersions } from '../../src/emulator';

describe('a reset during a download, at a hundred moments with each firmware', () => {
  const quarters = firmwareVersions.flatMap((firmware) => [1, 101, 201, 301].map((seed) => [firmware, seed] as const));

  it.each(quarters)(
    'AT %s delivers a prefix, reports the reset within 2 s, and the next socket works (%i)',
    (firmware, seed) => {
      const printed: string[] = [];
      const areHarmless = resets({ seed, moments: 25, firmwares: [firmware], print: (line) => printed.push(line) });
      expect(printed).toEqual([expect.stringContaining(`AT ${firmware}: 25 of 25 resets harmless`)]);
      expect(areHarmless).toBe(true);
    },
  );
});

describe('receiving 2 KB/s while 60 KB are sent at 115200 baud', () => {
  it('loses nothing in either direction', () => {
    const printed: string[] = [];
    const areWhole = bothWays({ seed: 1, print: (line) => printed.push(line) });
    expect(printed).toEqual(
      firmwareVersions.map((firmware) => expect.stringMatching(`^AT ${firmware}: 60000 bytes sent .*: both whole$`)),
    );
    expect(areWhole).toBe(true);
  });
});
