import { describe, expect, it } from '@jest/globals';

import { isSize } from '../../../src/streams/internal';
import { assertSize } from '../../../src/streams/queues/size';

describe('a size in bytes', () => {
  it.each([0, 1, 4096, Number.MAX_SAFE_INTEGER, Infinity])('is %d', (size) => {
    expect(isSize(size)).toBe(true);
    expect(() => assertSize(size)).not.toThrow();
  });

  it.each([-1, -Infinity, 1.5, NaN, 2 ** 53, '10', null, undefined])('is not %p', (size) => {
    expect(isSize(size as number)).toBe(false);
    expect(() => assertSize(size as number)).toThrow(RangeError);
    expect(() => assertSize(size as number)).toThrow(String(size));
  });
});
