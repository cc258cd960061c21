import { createHash } from 'node:crypto';

import { Random } from '../../src/emulator/simulation/random';

/** Texts that would mislead a driver that searches in payloads: messages of the modem, and line ends. */
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

/** Random bytes mixed with texts of a modem. The same size and salt give the same bytes. */
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

/** The name of bytes in a transcript. */
export function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${createHash('sha1').update(bytes).digest('hex').slice(0, 8)}`;
}
