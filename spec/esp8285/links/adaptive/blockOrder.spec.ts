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

  it.each<[string, held: string, kept: number | undefined, isExact: boolean, isKnown: boolean]>([
    ['known when the modem has kept that many bytes', 'later', 5, true, true],
    ['known when it has kept none', 'later', 0, false, true],
    ['known when nothing is held', '', undefined, false, true],
    ['unknown when it is not certain how many it has kept', 'later', undefined, true, false],
    ['unknown when their number is not that of the bytes to be pulled', 'later', 5, false, false],
  ])('is %s', (_, held, kept, isExact, isKnown) => {
    const { blocks, pushed } = order();
    blocks.hold();
    if (held) pushed(held);
    assert.strictEqual(blocks.keptAhead(kept, isExact), isKnown);
    assert.strictEqual(blocks.missing, isKnown && isExact ? kept : 0);
  });

  it('is unknown when more or less is kept at a second change than is still to be pulled', () => {
    const { blocks, pushed } = order();
    blocks.hold();
    pushed('later');
    blocks.releaseAfter(5);
    assert.deepStrictEqual(
      [4, undefined, 5].map((kept) => blocks.keptAhead(kept, true)),
      [false, false, true],
    );
  });
});
