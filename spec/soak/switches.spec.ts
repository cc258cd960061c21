import { describe, expect, it } from '@jest/globals';

import { switches } from '../../harness/soak/switches';
import { firmwareVersions } from '../../src/emulator';

// `npm run soak -- switches` makes 1000 downloads on each firmware, without and with resets.
describe('a change of the receive mode at random moments of downloads', () => {
  const parts = firmwareVersions.flatMap((firmware) =>
    (firmware === '1.5' ? [1] : [1, 101]).flatMap((seed) => [
      [firmware, seed, false] as const,
      [firmware, seed, true] as const,
    ]),
  );

  it.each(parts)('AT %s keeps all bytes in order (seed %i, reset %s)', async (firmware, seed, isReset) => {
    const printed: string[] = [];
    const print = (line: string) => printed.push(line);
    const areInOrder = await switches({
      seed,
      moments: isReset ? 25 : 50,
      firmwares: [firmware],
      resets: isReset,
      print,
    });
    const switched = firmware === '1.5' ? 'with 0 switches' : 'with [1-9]';
    expect(printed).toEqual([expect.stringMatching(`^AT ${firmware}: (\\d+) of \\1 downloads in order, ${switched}`)]);
    expect(areInOrder).toBe(true);
  });
});
