import type { Page } from 'playwright-core';

/** The size of the page's heap in bytes, without what can be collected, and with the memory of its array buffers. */
export async function heapOf(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const usage = (await cdp.send('Runtime.getHeapUsage')) as {
    readonly usedSize: number;
    readonly backingStorageSize?: number;
  };
  await cdp.detach();
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

/** Measures how long the frames take while something is done in the page. Returns the median, in milliseconds. */
export async function medianFrame(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const frames: number[] = [];
    let isOver = false;
    const frame = (time: number): void => {
      frames.push(time);
      if (!isOver) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, {
      framesOver: () => {
        isOver = true;
        return frames;
      },
    });
  });
  await act();
  const times = await page.evaluate(() => (window as unknown as { framesOver(): number[] }).framesOver());
  const lengths = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
  if (median === undefined || lengths.length < 30) throw new Error(`only ${lengths.length} frames were drawn`);
  return median;
}
