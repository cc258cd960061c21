import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';

import { smallPng } from '../../harness/browser/smallPng';
import { usePages } from './support/pages';
import { run, setBaud } from './support/playground';

/** Where the pictures go: `npm run screenshots` says `docs/images`. Without it, they are taken and not kept. */
const { RX_USOCKET_SCREENSHOTS: folder } = process.env;

/** Bytes. The pictures are in the package. */
const largest = 150_000;

describe('the pictures of the documents', () => {
  const pages = usePages();

  it('show the playground after a download, in light and dark, and the lanes with the inspector of a marble', async () => {
    const page = await pages.open();
    await download(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.getByRole('button', { name: 'Fit all' }).click();
      await take(page, `playground-${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'Side panel' }).click();
    await page.getByRole('button', { name: 'Fit all' }).click();
    const lanes = page.getByRole('application', { name: 'Marbles of the lanes' });
    await lanes.focus();
    await lanes.press('End');
    for (let presses = 0; presses < 12; presses++) await lanes.press('ArrowLeft');
    await take(page, 'lanes');
  });

  it('show the faults, and what a socket saw', async () => {
    const page = await pages.open();
    await run(page);
    await page.getByText(/ bytes, [1-9]\d* of 160 rows/).waitFor();
    await page.getByRole('tab', { name: 'Faults' }).click();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByRole('region', { name: 'What each socket saw' }).locator('strong').first().waitFor();
    await take(page, 'faults');
  });

  it('show the page on a phone', async () => {
    const page = await pages.open({ viewport: { width: 390, height: 844 } });
    await page.getByRole('tab', { name: 'Program' }).click();
    await download(page);
    await page.getByRole('tab', { name: 'Lanes' }).click();
    await page.getByRole('button', { name: 'Fit all' }).click();
    await take(page, 'phone');
  });
});

/** Downloads the picture in the playground. */
async function download(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  await setBaud(page, 921_600);
  await run(page);
  await page.getByText('The program has ended').waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  const picture = smallPng(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  expect(picture.length).toBeLessThan(largest);
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), picture);
}
