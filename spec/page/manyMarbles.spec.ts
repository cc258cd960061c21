import { describe, expect, it } from '@jest/globals';

import type { Page } from 'playwright-core';

import { type PlayedProgram, playedProgram } from '../../harness/browser/playedProgram';
import { lastState, manyEvents } from './support/manyEvents';
import { heapOf, medianFrame } from './support/measure';
import { usePages } from './support/pages';

const million = 1_000_000;
const megabyte = 1 << 20;

describe('1,000,000 marbles', () => {
  const pages = usePages();

  it('take a bounded memory, and are scrolled and zoomed smoothly', async () => {
    await using program = await playedProgram(pages.built.page);
    const page = await pages.open({ url: program.url });
    await program.attached();
    await tellAll(program, page, 0, million);
    const full = await heapOf(page);
    expect(full).toBeLessThan(200 * megabyte);

    const lanes = page.getByRole('application', { name: 'Marbles of the lanes' });
    await lanes.hover({ position: { x: 300, y: 80 } });
    const median = await medianFrame(page, async () => {
      for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, -60);
      for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(turn < 20 ? 80 : -80, 0);
      for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, 60);
    });
    expect(median).toBeLessThan(20);

    // The oldest ones make room for new ones.
    await tellAll(program, page, million, million / 10);
    expect((await heapOf(page)) - full).toBeLessThan(10 * megabyte);
  });
});

/** Tells events, and waits until the page has read them. Then it shows all of them. */
async function tellAll(program: PlayedProgram, page: Page, first: number, count: number): Promise<void> {
  for (const events of manyEvents(first, count)) await program.tell(events);
  await program.tell([lastState(first + count)]);
  await page
    .getByRole('status')
    .getByText(`event ${first + count}`)
    .waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Fit all' }).click();
}
