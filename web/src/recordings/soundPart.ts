const lineFeed = 0x0a;
const pieceSize = 1 << 20;

/** Returns the first lines of a file: what is before a damaged line. */
export async function linesBefore(file: Blob, lines: number): Promise<Blob> {
  let left = lines;
  for (let at = 0; at < file.size; at += pieceSize) {
    const piece = new Uint8Array(await file.slice(at, at + pieceSize).arrayBuffer());
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, end + 1)) {
      if (--left === 0) return file.slice(0, at + end + 1);
    }
  }
  return file;
}
