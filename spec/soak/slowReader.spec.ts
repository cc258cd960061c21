import { describe, expect, it } from '@jest/globals';

import { slowReader } from '../../harness/soak/slowReader';

describe('a reader that is slower than the sender', () => {
  it('gets everything, while modem and socket hold no more than their buffers', async () => {
    const printed: string[] = [];
    const isFine = await slowReader({ size: 300_000, print: (line) => printed.push(line) });
    expect(printed).toEqual(['1.7.4', '2.2.2'].map((firmware) => expect.stringContaining(`AT ${firmware}: 0.3 MB`)));
    expect(isFine).toBe(true);
  });
});
