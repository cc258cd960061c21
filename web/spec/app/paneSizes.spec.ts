import { describe, expect, it } from '@jest/globals';

import { folded, readSizes, resized, writeSizes } from '../../src/app/paneSizes';

describe('the sizes of the panes', () => {
  it('stay within their limits', () => {
    expect(resized(readSizes(), 'side', 5).side).toEqual({ size: 260, isFolded: false });
    expect(resized(readSizes(), 'side', 1e6).side).toEqual({ size: 900, isFolded: false });
  });

  it('are kept while a pane is folded', () => {
    const sizes = folded(resized(readSizes(), 'plots', 300), 'plots');
    expect(sizes.plots).toEqual({ size: 300, isFolded: true });
    expect(folded(sizes, 'plots').plots).toEqual({ size: 300, isFolded: false });
  });

  it('are read as they were written', () => {
    const sizes = folded(resized(resized(readSizes(), 'side', 500), 'plots', 111), 'plots');
    expect(readSizes(writeSizes(sizes))).toEqual(sizes);
  });

  it('are the usual ones where what is kept cannot be read', () => {
    expect(readSizes('wide folded:x 120')).toEqual(resized(readSizes(), 'inspector', 120));
    expect(readSizes('99999999')).toEqual(readSizes());
  });
});
