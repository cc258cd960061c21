import { createHash } from 'node:crypto';

import { Random } from '../../src/emulator/simulation/random';

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

/** So many bytes, always the same for the same salt: noise, and what a modem says. */
export function payload(size: number, salt: number): Buffer {
  const bytes = Buffer.alloc(size);
  const random = new Random(salt);
  for (let end = 0; end < size;) {
    const fragment = fragments[random.integer(0, 2 * fragments.length - 1)];
    if (fragment) {
      end += fragment.copy(bytes, end);
      continue;
    }
    for (let run = random.integer(1, longestRun); run > 0 && end < size; run--) bytes[end++] = random.integer(0, 255);
  }
  return bytes;
}

/** How a transcript names bytes. */
export function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${createHash('sha1').update(bytes).digest('hex').slice(0, 8)}`;
}
