import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signatureLength = 8;
/** What a chunk has around its data: length, type and check sum. */
const around = 12;
const paletteSize = 256;

/** Makes a PNG of Chromium smaller: at most 256 colours, those that are most frequent, and the nearest of them for the others. */
export function smallPng(png: Buffer): Buffer {
  const chunks = [...chunksOf(png)];
  const header = Buffer.from(chunks.find(({ type }) => type === 'IHDR')!.data);
  const [width, height, kind] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]];
  const compressed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const samples = kind === 2 ? 3 : 4;
  const colours = coloursOf(unfiltered(inflateSync(compressed), width * samples, samples), samples);
  const palette = mostFrequent(colours);
  const places = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc(height * (width + 1));
  colours.forEach((colour, index) => {
    let place = places.get(colour);
    if (place === undefined) places.set(colour, (place = nearest(palette, colour)));
    rows[Math.floor(index / width) * (width + 1) + 1 + (index % width)] = place;
  });
  // Eight bits to the pixel, which are places in the palette.
  header.set([8, 3, 0, 0, 0], 8);
  const entries = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    png.subarray(0, signatureLength),
    chunk('IHDR', header),
    chunk('PLTE', entries),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Undoes the filters of the rows, each of which says in its first byte how it was filtered. */
function unfiltered(filtered: Buffer, rowLength: number, samples: number): Buffer {
  const pixels = Buffer.alloc((filtered.length / (rowLength + 1)) * rowLength);
  for (let row = 0; row * rowLength < pixels.length; row++) {
    const filter = filtered[row * (rowLength + 1)];
    for (let column = 0; column < rowLength; column++) {
      const at = row * rowLength + column;
      const left = column < samples ? 0 : pixels[at - samples]!;
      const above = row === 0 ? 0 : pixels[at - rowLength]!;
      const corner = row === 0 || column < samples ? 0 : pixels[at - rowLength - samples]!;
      const guess = [0, left, above, (left + above) >> 1, filter === 4 ? paeth(left, above, corner) : 0][filter ?? 0]!;
      pixels[at] = filtered[row * (rowLength + 1) + 1 + column]! + guess;
    }
  }
  return pixels;
}

function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove, toCorner] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  if (toLeft! <= toAbove! && toLeft! <= toCorner!) return left;
  return toAbove! <= toCorner! ? above : corner;
}

function coloursOf(pixels: Buffer, samples: number): Uint32Array {
  return Uint32Array.from({ length: pixels.length / samples }, (_, index) => pixels.readUIntBE(index * samples, 3));
}

function mostFrequent(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  // Of colours that hardly differ, one is enough, unless it is very frequent.
  const seen = new Set<number>();
  const ordered = [...counts].sort(([, one], [, other]) => other - one);
  const chosen = ordered.filter(([colour], index) => {
    const alike = colour & 0xf0f0f0;
    const isNew = index < 32 || !seen.has(alike);
    seen.add(alike);
    return isNew;
  });
  return chosen.slice(0, paletteSize).map(([colour]) => colour);
}

function nearest(palette: readonly number[], colour: number): number {
  const distances = palette.map((other) =>
    [16, 8, 0].reduce((sum, shift) => sum + (((other >> shift) & 255) - ((colour >> shift) & 255)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let at = signatureLength; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + around;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [data.length, crc32(content)].map((value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  });
  return Buffer.concat([length!, content, sum!]);
}
