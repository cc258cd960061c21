import { describe, expect, it } from '@jest/globals';

import { drawSunset } from '../../samples/demo/sunset';
import { usePages } from './support/pages';
import { bytesOf, outputOf, pixelsOf, run, setBaud } from './support/playground';

describe('the playground', () => {
  const pages = usePages();

  it('downloads the picture, and shows its rows as they come in', async () => {
    const page = await pages.open();
    await setBaud(page, 921_600);
    await run(page);
    await page.getByText(/ bytes, (?:[1-9]|[1-9]\d|1[0-5]\d) of 160 rows/).waitFor();
    await page.getByText(' bytes, 160 of 160 rows').waitFor();
    const saved = page.getByRole('img', { name: 'The picture Alice.bmp' });
    await saved.waitFor();
    expect((await bytesOf(saved)).equals(drawSunset())).toBe(true);
    const incoming = page.getByRole('img', { name: 'The picture that comes in' });
    expect((await pixelsOf(incoming)).equals(await pixelsOf(saved))).toBe(true);
    await outputOf(page).getByText('save ok').waitFor();
  });
});
