import { describe, expect, it } from '@jest/globals';

import { hexDump, hexLine, lineCount } from '../../src/inspector/hexLines';

describe('a dump of bytes', () => {
  const bytes = Buffer.from('\r\nOK\r\nready');

  it('has the offset, the bytes and their characters', () => {
    expect(hexDump(bytes)).toBe(
      ['0000  0d 0a 4f 4b 0d 0a 72 65  ..OK..re', '0008  61 64 79                 ady'].join('\n'),
    );
  });

  it('has lines for all bytes, and offsets as long as they must be', () => {
    expect([0, 1, 8, 9].map((length) => lineCount(new Uint8Array(length)))).toEqual([0, 1, 1, 2]);
    expect(hexLine(new Uint8Array(0x12345), 0)).toMatch(/^00000 /);
  });
});
