import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { BlockHeader } from '../../../src/esp8285/grammar/blockHeader';
import { endSize } from '../../../src/esp8285/grammar/blockEnd';
import { OpenBlock } from '../../../src/esp8285/grammar/openBlock';

function opened(length: number, header: Partial<BlockHeader> = {}): OpenBlock {
  return new OpenBlock({ size: 10, link: 3, length, pulled: false, numbered: true, ...header });
}

function filled(payload: string, length = payload.length): OpenBlock {
  const block = opened(length);
  block.fill(Buffer.from(payload, 'latin1'));
  return block;
}

describe('OpenBlock', () => {
  it('takes what is missing from each chunk', () => {
    const block = opened(5);
    const chunks = ['ab', 'cde and more'].map((text) => Buffer.from(text));
    assert.deepStrictEqual([block.filled, block.missing], [0, 5]);
    assert.deepStrictEqual(
      chunks.map((chunk) => block.fill(chunk)),
      [2, 3],
    );
    assert.equal(String(block.whole.bytes), 'abcde');
    assert.deepStrictEqual([block.filled, block.missing, block.length], [5, 0, 5]);
  });

  it('is a slice of the chunk where it comes in one, and else a copy that was made once', () => {
    const chunk = Buffer.from('before|abcde|after');
    const one = opened(5);
    assert.equal(one.fill(chunk, 7), 5);
    assert.equal(one.whole.bytes.buffer, chunk.buffer);
    assert.equal(String(one.whole.bytes), 'abcde');
    const several = opened(15);
    assert.deepStrictEqual([several.fill(chunk, 7), several.fill(chunk)], [11, 4]);
    assert.equal(String(several.whole.bytes), 'abcde|afterbefo');
    assert.equal(several.whole.bytes, several.whole.bytes);
  });

  it('is a frame with what its header says', () => {
    const remote = { address: '192.0.2.9', port: 53 };
    assert.deepStrictEqual(opened(0).whole, { kind: 'block', link: 3, length: 0, bytes: Buffer.alloc(0) });
    assert.deepStrictEqual(opened(0, { pulled: true, remote }).whole, {
      kind: 'block',
      link: 3,
      length: 0,
      bytes: Buffer.alloc(0),
      pulled: true,
      remote,
    });
    assert.deepStrictEqual([opened(0).isPulled, opened(0, { pulled: true }).isPulled], [false, true]);
  });

  it('shows its last bytes, however they have come', () => {
    const block = opened(200);
    assert.equal(block.end, '');
    block.fill(Buffer.from('x'.repeat(100)));
    assert.equal(block.end, 'x'.repeat(endSize));
    for (const text of ['the ', 'end', '\xff']) block.fill(Buffer.from(text, 'latin1'));
    assert.equal(block.end, `${'x'.repeat(endSize - 8)}the end\xff`);
  });

  it.each([
    ['a header anywhere', `+IPD,0,5:${'x'.repeat(200)}`],
    ['the end of a link', 'hello0,CLOSED\r\n'],
    ['a result', 'hello\r\nSEND OK\r\n'],
    ['what the Wi-Fi does', 'WIFI GOT IP\r\n'],
  ])('sees that it holds %s', (_, payload) => {
    assert.equal(filled(payload).holdsMessage, true);
  });

  it('sees no message in plain data, nor one far from its end', () => {
    assert.equal(filled('GET / HTTP/1.0\r\n\r\n').holdsMessage, false);
    assert.equal(filled(`0,CLOSED\r\n${'x'.repeat(200)}`).holdsMessage, false);
  });

  it.each([
    ['that has swallowed a known number of bytes', filled('hello\r\n'), 2, false],
    ['that has swallowed an unknown number of bytes', filled('hello'), undefined, true],
    ['that is not complete', filled('hel', 5), undefined, false],
    ['that is not complete, and has a header inside', filled('+IPD,0,2:hi', 20), undefined, true],
    ['that has swallowed a known header', filled('hello+IPD,', 10), 5, false],
    ['that has swallowed the loss of the network, and a part of an end', filled('hWIFI DISCONNECT\r\n3'), 1, true],
    ['that has swallowed the same, and what follows its text', filled('hWIFI DISCONNECT\r\n3'), 3, true],
    ['that has swallowed an end, and a part of another', filled('h3,CLOSED\r\n4'), 1, true],
  ])('is damage of its link, and of others unless that is excluded: one %s', (_, block, swallowed, others) => {
    assert.deepStrictEqual(block.damage(swallowed), { kind: 'damage', link: 3, others });
    assert.deepStrictEqual(block.damage(swallowed, true), { kind: 'damage', link: 3, others, isCutOff: true });
  });
});
