/** Decodes pictures, and what is none, and prints what comes of it. */
import { Jimp } from 'jimp';

import { readPicture } from '../../../samples/demo/showPicture';

async function main(): Promise<void> {
  const image = new Jimp({ width: 12, height: 8 });
  for (const type of ['image/bmp', 'image/png', 'image/jpeg'] as const) {
    const { width, height } = await readPicture(await image.getBuffer(type));
    console.log(`${type}: ${width} × ${height}`);
  }
  const damaged = (await image.getBuffer('image/png')).subarray(0, 40);
  for (const file of [Buffer.from('<html>'), Buffer.alloc(0), damaged]) {
    await readPicture(file).catch((error: unknown) => console.log(error instanceof Error ? error.message : error));
  }
}

void main();
