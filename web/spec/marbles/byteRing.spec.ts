import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { ByteRing } from '../../src/marbles/byteRing';

describe('a ring of bytes', () => {
  it('gives back what is not older than its limit, and nothing else', () => {
    const limit = 5000;
    fc.assert(
      fc.property(fc.array(fc.nat(3000), { maxLength: 12 }), (sizes) => {
        const ring = new ByteRing(limit);
        const written = sizes.map((size, index) => {
          const bytes = Uint8Array.from({ length: size }, (_, at) => (index * 31 + at) % 251);
          return { bytes, position: ring.write(bytes) };
        });
        const total = sizes.reduce((sum, size) => sum + size, 0);
        for (const { bytes, position } of written) {
          const isHeld = position >= total - limit;
          expect(ring.read(position, bytes.length)).toEqual(isHeld ? bytes : undefined);
        }
        expect(ring.dropped).toBe(Math.max(0, total - limit));
      }),
    );
  });

  it('keeps the end of what is larger than itself', () => {
    const ring = new ByteRing(4096);
    const position = ring.write(Uint8Array.from({ length: 5000 }, (_, at) => at % 256));
    expect(ring.read(position, 5000)).toBeUndefined();
    expect(ring.read(position + 4999, 1)).toEqual(Uint8Array.of(4999 % 256));
  });
});
