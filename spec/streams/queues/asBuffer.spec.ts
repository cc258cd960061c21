import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { asBuffer } from '../../../src/streams';

describe('asBuffer', () => {
  it('gives a Buffer of the same bytes in the same memory', () => {
    const whole = Uint8Array.of(1, 2, 3, 4, 5);
    const buffer = asBuffer(whole.subarray(1, 4));
    whole[1] = 9;
    assert.deepStrictEqual(buffer, Buffer.from([9, 3, 4]));
  });

  it('gives back a Buffer as it is', () => {
    const buffer = Buffer.from('abc');
    assert.equal(asBuffer(buffer), buffer);
  });
});
