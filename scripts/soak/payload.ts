import { createHash } from 'node:crypto';

/** Bytes that make trouble for whoever searches in payloads: what the modem says itself, and ends of lines. */
const fragments = [
  '\r\nOK\r\n',
  '\r\nERROR\r\n',
  '> ',
  '\r\n+IPD,4,5:hello',
  '\r\n+IPD,0,5\r\n',
  '+CIPRECVDATA,5:hello\r\nOK\r\n',
  '4,CLOSED\r\n0,CONNECT\r\n',
  '\r\nSEND OK\r\n',
  'busy p...\r\n',
  'ready\r\nWIFI DISCONNECT\r\n',
  '+++',
  '\n',
].map((text) => Buffer.from(text, 'latin1'));

const longestRun = 400;

/** Chance that can be had again: a number from 0 up to 1 for each call. */
export function chance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    // mulberry32, by Tommy Ettinger, in the public domain.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many bytes, always the same for the same salt: noise, and what a modem says. */
export function payload(size: number, salt: number): Buffer {
  const bytes = Buffer.alloc(size);
  const draw = chance(salt);
  for (let end = 0; end < size;) {
    const fragment = fragments[Math.floor(draw() * fragments.length * 2)];
    if (fragment) {
      end += fragment.copy(bytes, end);
      continue;
    }
    for (let run = Math.ceil(draw() * longestRun); run > 0 && end < size; run--) bytes[end++] = draw() * 256;
  }
  return bytes;
}

/** How a transcript names bytes. */
export function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${createHash('sha1').update(bytes).digest('hex').slice(0, 8)}`;
}
