/** From 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

const headers = 54;

/** Writes a picture as a BMP file with 24 bits for each pixel. The rows are stored from the bottom up. */
export function writeBitmap(width: number, height: number, colourAt: (x: number, y: number) => Colour): Buffer {
  // Each row fills whole words of four bytes.
  const rowLength = Math.ceil((3 * width) / 4) * 4;
  const file = Buffer.alloc(headers + height * rowLength);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(headers, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.writeUInt32LE(file.length - headers, 34);
  for (let y = 0; y < height; y++) {
    const row = headers + (height - 1 - y) * rowLength;
    for (let x = 0; x < width; x++) file.set(colourAt(x, y).map(Math.round).reverse(), row + 3 * x);
  }
  return file;
}
