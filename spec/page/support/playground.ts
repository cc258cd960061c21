import type { Locator, Page } from 'playwright-core';

/** What the page shows of the output of a program. */
export const outputOf = (page: Page): Locator => page.getByRole('log', { name: 'Output' });

/** Starts the program in the editor. */
export async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

/** Puts another program in the editor. */
export async function write(page: Page, code: string): Promise<void> {
  await page.locator('.cm-content').fill(code);
}

/** Sets the speed of the line to the virtual modem. */
export async function setBaud(page: Page, baud: number): Promise<void> {
  await page.getByText('the network in memory').click();
  await page.getByLabel('Line, baud').selectOption(String(baud));
  await page.getByText('the network in memory').click();
}

/** The bytes of the file that a picture of the page shows. */
export async function bytesOf(picture: Locator): Promise<Buffer> {
  const bytes = await picture.evaluate(async (element: HTMLImageElement) => {
    const reply = await fetch(element.src);
    return [...new Uint8Array(await reply.arrayBuffer())];
  });
  return Buffer.from(bytes);
}

/** The colours of all pixels of a picture or a canvas of the page. */
export async function pixelsOf(picture: Locator): Promise<Buffer> {
  const colours = await picture.evaluate((element: HTMLImageElement | HTMLCanvasElement) => {
    const isImage = element instanceof HTMLImageElement;
    const { width, height } = isImage ? { width: element.naturalWidth, height: element.naturalHeight } : element;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d')!;
    context.drawImage(element, 0, 0);
    return [width, height, ...context.getImageData(0, 0, width, height).data];
  });
  return Buffer.from(colours);
}
