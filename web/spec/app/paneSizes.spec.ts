import { describe, expect, it } from '@jest/globals';

import { folded, readSizes, resized, writeSizes } from '../../src/app/paneSizes';

const laptop = { innerWidth: 1280, innerHeight: 720 };
const first = readSizes(undefined, laptop);

describe('the sizes of the panes', () => {
  it('stay within their limits', () => {
    expect(resized(first, 'side', 5).side).toEqual({ size: 260, isFolded: false });
    expect(resized(first, 'side', 1e6).side).toEqual({ size: 900, isFolded: false });
  });

  it('are kept while a pane is folded', () => {
    const sizes = folded(resized(first, 'plots', 300), 'plots');
    expect(sizes.plots).toEqual({ size: 300, isFolded: true });
    expect(folded(sizes, 'plots').plots).toEqual({ size: 300, isFolded: false });
  });

  it('are read as they were written', () => {
    const sizes = folded(resized(resized(first, 'side', 500), 'plots', 111), 'plots');
    expect(readSizes(writeSizes(sizes), laptop)).toEqual(sizes);
  });

  it('are at first parts of the window', () => {
    expect(writeSizes(first)).toBe('430 209 259');
    expect(writeSizes(readSizes(undefined, { innerWidth: 1920, innerHeight: 1080 }))).toBe('645 313 389');
  });

  it('are the first ones where what is kept cannot be read', () => {
    expect(readSizes('wide folded:x 120', laptop)).toEqual(resized(first, 'inspector', 120));
    expect(readSizes('99999999', laptop)).toEqual(first);
  });
});
