import { characters } from '../marbles/marbleWords';

/** How many bytes a line shows. Eight fit into a narrow panel. */
const bytesPerLine = 8;

/** How many lines these bytes need. */
export function lineCount({ length }: Uint8Array): number {
  return Math.ceil(length / bytesPerLine);
}

/** One line of a dump: the offset, the bytes, and their characters, as `00000008  0d 0a 4f 4b …  ..OK`. */
export function hexLine(bytes: Uint8Array, line: number): string {
  const offset = line * bytesPerLine;
  const part = bytes.subarray(offset, offset + bytesPerLine);
  const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const digits = Math.max(4, (bytes.length - 1).toString(16).length);
  return `${offset.toString(16).padStart(digits, '0')}  ${hex.padEnd(bytesPerLine * 3 - 1)}  ${characters(part)}`;
}

/** All lines of these bytes. */
export function hexDump(bytes: Uint8Array): string {
  return Array.from({ length: lineCount(bytes) }, (_, line) => hexLine(bytes, line)).join('\n');
}
