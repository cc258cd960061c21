import { describe, expect, it } from '@jest/globals';

import { usePages } from './support/pages';

describe('the page', () => {
  const pages = usePages();

  it('opens from any web server', async () => {
    await using opened = await pages.open();
    expect(await opened.page.getByRole('heading', { level: 1 }).textContent()).toBe('rx-usocket');
  });
});
