/** What a picture's file says at its beginning. */
export interface BitmapHead {
  readonly width: number;
  readonly height: number;
  /** Whether the first row of the file is the lowest one, as usual. */
  readonly isUpwards: boolean;
  readonly bytesPerPixel: 3 | 4;
  /** Where the rows begin. */
  readonly start: number;
  /** Bytes of a row in the file. */
  readonly rowLength: number;
}

const longestSide = 4096;

/** Reads the head of a BMP file. Returns `undefined` for other files, and until there are enough bytes. */
export function bitmapHead(file: Uint8Array): BitmapHead | undefined {
  if (file.length < 54 || file[0] !== 0x42 || file[1] !== 0x4d) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const bits = view.getUint16(28, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const isPlain = view.getUint32(30, true) === 0 && (bits === 24 || bits === 32);
  if (!isPlain || width < 1 || height < 1 || width > longestSide || height > longestSide) return undefined;
  return {
    width,
    height,
    isUpwards: signedHeight > 0,
    bytesPerPixel: bits === 24 ? 3 : 4,
    start: view.getUint32(10, true),
    rowLength: Math.ceil((bits * width) / 32) * 4,
  };
}

/** How many rows of the picture have come. */
export function rowsOf({ height, start, rowLength }: BitmapHead, length: number): number {
  return Math.min(height, Math.max(0, Math.floor((length - start) / rowLength)));
}

/**
 * Writes rows of the file into the pixels of a canvas: red, green, blue and opacity.
 *
 * @param from The first row of the file, from 0.
 * @param to The row after the last one.
 */
export function drawRows(
  head: BitmapHead,
  file: Uint8Array,
  pixels: Uint8ClampedArray,
  from: number,
  to: number,
): void {
  const { width, height, isUpwards, bytesPerPixel, start, rowLength } = head;
  for (let row = from; row < to; row++) {
    let at = start + row * rowLength;
    let pixel = 4 * width * (isUpwards ? height - 1 - row : row);
    for (let x = 0; x < width; x++, at += bytesPerPixel, pixel += 4) {
      pixels[pixel] = file[at + 2] ?? 0;
      pixels[pixel + 1] = file[at + 1] ?? 0;
      pixels[pixel + 2] = file[at] ?? 0;
      pixels[pixel + 3] = 255;
    }
  }
}
