import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { BlockOrder } from '../../../../src/esp8285/links/adaptive/blockOrder';

function order() {
  const delivered: string[] = [];
  const blocks = new BlockOrder(({ bytes }) => delivered.push(String(bytes)));
  const take = (text: string, pulled = false): void =>
    blocks.take({ kind: 'block', link: 4, bytes: Buffer.from(text), length: text.length, ...(pulled && { pulled }) });
  return { blocks, delivered, pushed: (text: string) => take(text), pulled: (text: string) => take(text, true) };
}

describe('the order of blocks', () => {
  it('is that in which they come', () => {
    const { delivered, pushed, pulled } = order();
    pushed('a');
    pulled('b');
    pushed('c');
    assert.deepStrictEqual(delivered, ['a', 'b', 'c']);
  });

  it('is kept when it turns out that nothing comes before what was held', () => {
    const { blocks, delivered, pushed } = order();
    blocks.hold();
    pushed('abc');
    pushed('de');
    assert.deepStrictEqual([delivered, blocks.heldBytes, blocks.longest, blocks.isHolding], [[], 5, 3, true]);
    blocks.release();
    pushed('f');
    assert.deepStrictEqual([delivered, blocks.heldBytes, blocks.isHolding], [['abc', 'de', 'f'], 0, false]);
  });

  it('has the bytes first that the modem has kept', () => {
    const { blocks, delivered, pushed, pulled } = order();
    blocks.hold();
    pushed('later');
    blocks.releaseAfter(5);
    pushed('last');
    assert.strictEqual(blocks.missing, 5);
    pulled('fir');
    assert.strictEqual(blocks.missing, 2);
    pulled('st');
    assert.deepStrictEqual([delivered, blocks.missing], [['fir', 'st', 'later', 'last'], 0]);
    pulled('after');
    assert.strictEqual(delivered.at(-1), 'after');
  });

  it('puts what was held into the middle of a block that brings later bytes, too', () => {
    const { blocks, delivered, pushed, pulled } = order();
    blocks.hold();
    pushed('middle');
    blocks.releaseAfter(5);
    pulled('firstlast');
    assert.deepStrictEqual([delivered, blocks.missing, blocks.isHolding], [['first', 'middle', 'last'], 0, false]);
  });

  it('has none first if the modem has kept none', () => {
    const { blocks, delivered, pushed } = order();
    blocks.hold();
    pushed('a');
    blocks.releaseAfter(0);
    assert.deepStrictEqual(delivered, ['a']);
  });
});
