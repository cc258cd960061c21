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

  it('keeps the theme that was chosen', async () => {
    const page = await pages.open({ colorScheme: 'light' });
    const theme = () => page.locator('html').getAttribute('data-theme');
    expect(await theme()).toBe('light');
    await page.getByLabel('Theme').selectOption('dark');
    expect(await theme()).toBe('dark');
    await page.reload();
    await page.getByRole('tab').first().waitFor();
    expect(await theme()).toBe('dark');
  });
});
