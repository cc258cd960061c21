import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';

import { violationsIn } from './support/axe';
import { keyboardRound } from './support/keyboard';
import { hiddenParts } from './support/layout';
import { usePages } from './support/pages';

const desktop = { width: 1280, height: 720 };
const phone = { width: 390, height: 844 };

/** Shows one tab after the other. */
async function* eachTab(page: Page): AsyncGenerator<string> {
  const tabs = page.getByRole('tab');
  for (let index = 0; index < (await tabs.count()); index++) {
    await tabs.nth(index).click();
    yield (await tabs.nth(index).textContent()) ?? '';
  }
}

describe('the page', () => {
  const pages = usePages();

  it('opens from any web server', async () => {
    const page = await pages.open();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('rx-usocket');
  });

  it.each(['light', 'dark'] as const)('is accessible in %s', async (colorScheme) => {
    const page = await pages.open({ colorScheme });
    for await (const tab of eachTab(page)) {
      expect({ tab, violations: await violationsIn(page) }).toEqual({ tab, violations: [] });
    }
  });

  it('is reached by the keyboard alone, and shows where the focus is', async () => {
    const page = await pages.open();
    for await (const tab of eachTab(page)) {
      const { missed, unmarked, reached } = await keyboardRound(page);
      expect({ tab, missed, unmarked }).toEqual({ tab, missed: [], unmarked: [] });
      expect(reached).toBeGreaterThan(1);
    }
  });

  it('moves between the tabs by the arrow keys, Home and End', async () => {
    const page = await pages.open();
    const names = await page.getByRole('tab').allTextContents();
    const chosen = () => page.locator('[role=tab][aria-selected=true]:focus').textContent();
    await page.getByRole('tab', { selected: true }).focus();
    const seen = [await chosen()];
    for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowLeft', 'Home', 'End']) {
      await page.keyboard.press(key);
      seen.push(await chosen());
    }
    const last = names.at(-1);
    expect(seen).toEqual([names[0], names[1], names[0], last, names[0], last]);
  });

  it.each([
    ['on a small desktop', desktop],
    ['on a phone', phone],
  ])('fits without scrolling %s', async (_where, viewport) => {
    const page = await pages.open({ viewport });
    for await (const tab of eachTab(page)) {
      expect({ tab, hidden: await hiddenParts(page) }).toEqual({ tab, hidden: [] });
    }
  });

  it.each(['Source', 'Help'])('has a dialog that fits on a small phone: %s', async (name) => {
    const page = await pages.open({ viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name }).click();
    const beyond = await page.getByRole('dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
    expect(beyond).toBe(0);
  });

  it('has the filter of the lanes behind one button on a phone', async () => {
    const page = await pages.open({ viewport: phone });
    const [tools, filter, search] = [
      page.locator('#view-lanes .panel-head'),
      page.locator('summary', { hasText: 'Filter' }),
      page.getByRole('searchbox'),
    ];
    const lines = async () => Math.round(((await tools.boundingBox())?.height ?? 0) / 44);
    expect(await lines()).toBe(1);
    await filter.click();
    await search.fill('AT');
    await page.getByText('0 matches').waitFor();
    const kinds = page.locator('summary', { hasText: 'Kinds' });
    const links = page.locator('summary', { hasText: 'Links' });
    const places = async () => [await kinds.boundingBox(), await links.boundingBox()];
    const closed = await places();
    await kinds.click();
    await page.getByLabel('Calls of sockets').waitFor();
    expect(await places()).toEqual(closed);
    expect(await hiddenParts(page)).toEqual([]);
    expect(await violationsIn(page)).toEqual([]);
    await search.press('Escape');
    await search.waitFor({ state: 'hidden' });
    await filter.click();
    await page.getByRole('application').click();
    await search.waitFor({ state: 'hidden' });
    expect(await lines()).toBe(1);
  });

  it('moves the focus on when what has it goes away', async () => {
    const page = await pages.open();
    await page.getByRole('button', { name: 'Dismiss: See what happens' }).press('Enter');
    await page.locator('[role=tab]:focus').waitFor();
  });

  it('keeps the theme that was chosen', async () => {
    const page = await pages.open({ colorScheme: 'light' });
    // The page draws it in one of the next frames.
    const themed = (theme: string) => page.locator(`html[data-theme=${theme}]`).waitFor();
    await themed('light');
    await page.getByLabel('Theme').selectOption('dark');
    await themed('dark');
    await page.reload();
    await page.getByRole('tab').first().waitFor();
    await themed('dark');
  });
});
