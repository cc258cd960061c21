import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { joined } from '../../../harness/modems/frames';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import { OpenBlock } from '../../../src/esp8285/grammar/openBlock';
import { PendingNews } from '../../../src/esp8285/grammar/pendingNews';

const unknown = (text: string) => ({ kind: 'unknown', text }) as const;
const damage = (others: boolean) => ({ kind: 'damage', link: 3, others });
const cutOff = (others: boolean) => ({ ...damage(others), isCutOff: true });
const allIsLost = { kind: 'damage', link: undefined, others: true };

/** A block of link 3 whose bytes have all come. */
function blockOf(payload: string, pulled = false): OpenBlock {
  const block = new OpenBlock({ size: 0, link: 3, length: payload.length, pulled, numbered: true });
  block.fill(Buffer.from(payload));
  return block;
}

const whole = (data: string) => ({ kind: 'block', link: 3, length: data.length, data });

/** News behind a block, if one is given, and what they yield. */
function pendingBehind(block?: OpenBlock, isHandedOn = false) {
  let frames: Frame[] = [];
  const news = new PendingNews((frame) => frames.push(frame));
  if (block) news.follow(block, isHandedOn);
  const all = (step: () => void) => {
    frames = [];
    step();
    return frames.map(joined);
  };
  return {
    news,
    add: (text: string) => all(() => news.add(unknown(text), text.length + 1)),
    end: (lineEnd: number, isLed?: boolean) => all(() => news.end(lineEnd, isLed)),
    endBlock: (how: Parameters<PendingNews['endBlock']>[0]) => all(() => news.endBlock(how)),
    settle: () => all(() => news.settle()),
    giveUp: () => all(() => news.giveUp()),
  };
}

describe('PendingNews', () => {
  it('yields a line at once, and nothing at its end', () => {
    const { news, add, end } = pendingBehind();
    assert.equal(news.isUnfinished, false);
    assert.deepStrictEqual(add('another maker says'), [unknown('another maker says')]);
    assert.equal(news.isUnfinished, true);
    assert.deepStrictEqual(end(0), []);
    assert.equal(news.isUnfinished, false);
  });

  it('holds a block until something certain comes', () => {
    const { news, add, end } = pendingBehind(blockOf('hello'));
    assert.deepStrictEqual([news.isUnfinished, news.heldBytes], [true, 5]);
    assert.deepStrictEqual(add('Another maker says'), [unknown('Another maker says')]);
    assert.deepStrictEqual(end(0), [whole('hello')]);
    assert.deepStrictEqual([news.isUnfinished, news.heldBytes, news.isContinued], [false, 0, false]);
  });

  it('holds nothing of a block that was handed on, and yields it no more', () => {
    const { news, end } = pendingBehind(blockOf('hello'), true);
    assert.deepStrictEqual([news.isUnfinished, news.heldBytes], [true, 0]);
    assert.deepStrictEqual(end(0), []);
  });

  it.each([false, true])('finds the block damaged whose own data were taken for news; handed on: %j', (isHandedOn) => {
    // Announced with 5 bytes, of which the line has made 15.
    const { news, add, end } = pendingBehind(blockOf('hello'), isHandedOn);
    add(', world!\r');
    assert.equal(news.isContinued, true);
    assert.deepStrictEqual(end(0), [damage(false)]);
  });

  it('does not count the line end in front of what follows', () => {
    const { news, add, end } = pendingBehind(blockOf('hello'));
    add(', world!\r');
    news.skip(Buffer.from('\r\n'));
    assert.deepStrictEqual(end(2), [damage(false)]);
  });

  it('takes the last line for torn when it lacks the line end that what follows has in front', () => {
    const { add, end } = pendingBehind();
    add('another maker says');
    assert.deepStrictEqual(end(2, true), [{ kind: 'fragment', text: 'another maker says' }]);
  });

  it('takes no line for torn behind which a line end has come', () => {
    const { news, add, end } = pendingBehind();
    add('another maker says');
    news.skip(Buffer.alloc(0));
    news.skip(Buffer.from('\r\n'));
    assert.deepStrictEqual(end(2, true), []);
  });

  it('takes a torn line for the data of a block that it may continue, and for a loss behind any other', () => {
    const own = pendingBehind(blockOf('hello'));
    own.add(' and more');
    assert.deepStrictEqual(own.end(2, true), [damage(false)]);
    const other = pendingBehind(blockOf('hello'));
    other.add('Another maker says');
    assert.deepStrictEqual(other.end(2, true), [damage(true), { kind: 'fragment', text: 'Another maker says' }]);
  });

  it.each([
    ['nothing is known', 0, whole('hello')],
    ['the text behind it is its own', 'own', damage(false)],
    ['bytes are lost', 'lost', damage(true)],
    ['a silence has ended it', 'cut off', cutOff(true)],
  ] as const)('ends a block of which %s', (_, how, frame) => {
    const { endBlock } = pendingBehind(blockOf('hello'));
    assert.deepStrictEqual(endBlock(how), [frame]);
    assert.deepStrictEqual(endBlock(how), []);
  });

  it('takes more than 1024 bytes in a row for a payload, once', () => {
    const { news, add } = pendingBehind(blockOf('hello'));
    const line = 'X'.repeat(511);
    assert.deepStrictEqual([add(line), add(line)], [[unknown(line)], [unknown(line)]]);
    assert.deepStrictEqual(add(line), [unknown(line), damage(true), allIsLost]);
    assert.equal(news.isUnfinished, false);
    assert.deepStrictEqual(add(line), [unknown(line)]);
  });

  it('hands a block on after a moment, and counts its lines anew', () => {
    const { news, add, settle } = pendingBehind(blockOf('hello'));
    add('X'.repeat(1000));
    assert.deepStrictEqual(settle(), [whole('hello')]);
    assert.equal(news.isUnfinished, false);
    assert.equal(add('X'.repeat(1000)).length, 1);
  });

  it('waits longer for the end of pulled data, unless they were handed on', () => {
    const held = pendingBehind(blockOf('hello', true));
    assert.deepStrictEqual([held.settle(), held.news.isUnfinished], [[], true]);
    const handedOn = pendingBehind(blockOf('hello', true), true);
    assert.deepStrictEqual([handedOn.settle(), handedOn.news.isUnfinished], [[], false]);
  });

  it('gives a block up after a long silence', () => {
    const { news, add, giveUp } = pendingBehind(blockOf('hello'));
    add('Another maker says');
    assert.deepStrictEqual(giveUp(), [cutOff(true)]);
    assert.equal(news.isUnfinished, false);
    assert.deepStrictEqual(giveUp(), []);
  });
});
