import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { CollectingCutter, joined, type JoinedFrame, latin1 } from '../../../harness/modems/frames';
import type { Expectation } from '../../../src/esp8285/grammar/expectation';
import type { UnknownLines } from '../../../src/esp8285/grammar/frameCutter';

type Changing<T> = { -readonly [Name in keyof T]: T[Name] };

const ok = { kind: 'final', result: 'OK' };
const news = (text: string) => ({ kind: 'unknown', text });
const block = (data: string) => ({ kind: 'block', link: 3, length: data.length, data });

/** A cutter, what is expected of it, which can be changed, and its frames. */
function cutting(unknownLines?: UnknownLines) {
  const expecting: Changing<Expectation> = { prompt: false, reading: undefined, discards: 0 };
  const cutter = new CollectingCutter(expecting, unknownLines);
  const all = (frames: Iterable<Parameters<typeof joined>[0]>): JoinedFrame[] => Array.from(frames, joined);
  return {
    cutter,
    expecting,
    push: (text: string) => all(cutter.push(latin1(text))),
    settle: () => all(cutter.settle()),
    giveUp: () => all(cutter.giveUp()),
  };
}

describe('FrameCutter', () => {
  it('yields each frame with the chunk that completes it', () => {
    const { push } = cutting();
    assert.deepStrictEqual(push('\r\nO'), []);
    assert.deepStrictEqual(push('K\r\n\r\n+IPD,3,2:h'), [ok]);
    assert.deepStrictEqual(push('i'), [block('hi')]);
    assert.deepStrictEqual(push('\r\nOK\r\nno ip\r\n'), [ok, { kind: 'line', text: 'no ip' }]);
    assert.deepStrictEqual(push(''), []);
  });

  it.each([16, 17, 20, 35])('finds data of which %i bytes have come before they were expected', (size) => {
    const { push, expecting } = cutting();
    const printed = '+CIPRECVDATA,20:late data of a block\r\nOK\r\n';
    assert.deepStrictEqual(push(printed.slice(0, size)), []);
    expecting.reading = 3;
    const late = { ...block('late data of a block'), pulled: true };
    assert.deepStrictEqual(push(printed.slice(size)), [late, ok]);
  });

  it('reads what is expected with each frame', () => {
    const { push, expecting } = cutting();
    assert.deepStrictEqual(push('> \r\n'), [{ kind: 'unknown', text: '> ', isDoubtful: true }]);
    expecting.prompt = true;
    assert.deepStrictEqual(push('> '), [{ kind: 'prompt' }]);
    expecting.prompt = false;
    expecting.reading = 3;
    assert.deepStrictEqual(push('+CIPRECVDATA,2:hi\r\nOK\r\n'), [{ ...block('hi'), pulled: true }, ok]);
    expecting.numbersLinks = true;
    assert.deepStrictEqual(push('CLOSED\r\n'), [{ kind: 'fragment', text: 'CLOSED' }]);
  });

  it('is unfinished, and holds bytes, while something has been begun', () => {
    const { cutter, push, settle } = cutting();
    const seen = ['\r\n', 'O', 'K\r\n', '+IPD,3,5:hel', 'l4', ''].map((text) => {
      push(text);
      return [cutter.isUnfinished, cutter.heldBytes];
    });
    assert.deepStrictEqual(seen, [
      [false, 0],
      [true, 1],
      [false, 0],
      [true, 3],
      [true, 5],
      [true, 5],
    ]);
    assert.deepStrictEqual(settle(), [block('hell4')]);
    assert.deepStrictEqual([cutter.isUnfinished, cutter.heldBytes], [false, 0]);
  });

  it('hands a block on at once that could not have swallowed anything', () => {
    const { cutter, push, settle } = cutting();
    assert.deepStrictEqual(push('\r\n+IPD,3,5:hello'), [block('hello')]);
    assert.deepStrictEqual([cutter.isUnfinished, cutter.heldBytes], [true, 0]);
    assert.deepStrictEqual(settle(), []);
    assert.equal(cutter.isUnfinished, false);
  });

  it('hands news on as they come, and the block before them when something certain follows', () => {
    const { push } = cutting();
    const said = push('\r\n+IPD,3,6:hello4\r\nanother maker says\r\n');
    assert.deepStrictEqual(said, [news('another maker says')]);
    assert.deepStrictEqual(push('0,CLOSED\r\n'), [block('hello4'), { kind: 'closed', link: 0 }]);
  });

  it('makes fragments of news where all lines are known', () => {
    const { push } = cutting('damage');
    assert.deepStrictEqual(push('another maker says\r\n'), [{ kind: 'fragment', text: 'another maker says' }]);
    assert.deepStrictEqual(push('\r\n+IPD,3,6:hello4\r\nanother maker says\r\n\r\nOK\r\n'), [
      { kind: 'damage', link: 3, others: true },
      { kind: 'noise', length: 1 },
      { kind: 'fragment', text: 'another maker says' },
      ok,
    ]);
  });

  it('gives up what has been begun, and understands what comes then', () => {
    const { cutter, push, giveUp } = cutting();
    assert.deepStrictEqual(push('\r\n+IPD,3,5:hel'), []);
    assert.deepStrictEqual(giveUp(), [{ kind: 'damage', link: 3, others: false, isCutOff: true }]);
    assert.deepStrictEqual(push('\r\nOK\r\n4,CLO'), [ok]);
    assert.deepStrictEqual(giveUp(), [{ kind: 'damage', link: undefined, others: true, isCutOff: true }]);
    assert.equal(cutter.isUnfinished, false);
    assert.deepStrictEqual(push('SED\r\n'), [{ kind: 'closed', link: 4 }]);
    assert.deepStrictEqual(giveUp(), []);
  });

  it('discards what has been begun when it is told to', () => {
    const { cutter, expecting, push } = cutting();
    for (const begun of [
      '\r\n+IPD,3,5:hel',
      '\r\n+IPD,3,6:hello4\r\n',
      '4,CLO',
      'another maker says\r\n',
      'x'.repeat(2000),
    ]) {
      push(begun);
      expecting.discards++;
      assert.deepStrictEqual(push('\r\nOK\r\n'), [ok]);
      assert.deepStrictEqual([cutter.isUnfinished, cutter.heldBytes], [false, 0]);
    }
  });
});
