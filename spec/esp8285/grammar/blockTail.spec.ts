import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { BlockTail } from '../../../src/esp8285/grammar/blockTail';
import { OpenBlock } from '../../../src/esp8285/grammar/openBlock';

/** What follows a block of that payload. */
function behind(payload: string, length = payload.length): BlockTail {
  const block = new OpenBlock({ size: 0, link: 0, length, pulled: false, numbered: true });
  block.fill(Buffer.from(payload));
  return new BlockTail(block, false);
}

/** Whether an unknown line can be the rest of that payload. */
function isContinued(payload: string, line: string): boolean {
  const tail = behind(payload);
  tail.note(line);
  return tail.isContinued;
}

describe('the text behind a block', () => {
  it.each([
    ['a word', 'hel', 'lo'],
    ['a word in capitals', 'HEL', 'LO'],
    ['a sentence', 'hello', ', world'],
    ['a sentence in quotes', 'hello', '" she said'],
    ['what follows a colon', 'Host:', ' example.net'],
    ['a list', 'a, ', '[b]'],
    ['a number', '21', '.5'],
    ['the next word', 'hello ', 'World'],
  ])('may be its own data, %s', (_, payload, line) => {
    assert.equal(isContinued(payload, line), true);
  });

  it.each([
    ['a capital behind a small letter', 'hello', 'World'],
    ['a bracket behind a word', 'hello', '[mqtt] up'],
    ['a star behind a word', 'hello', '*** up'],
    ['a line of a log', 'hello ', 'E (8030) event: lost'],
    ['a line of a log in small letters', 'hello ', 'wifi:state: 5 -> 0'],
    ['a line in colour', 'hello ', '\u001b[0;31mfailed'],
    ['a line that says by name what it is about', 'hello ', '+MQTTCONNECTED:0'],
  ])('is not its own data, %s', (_, payload, line) => {
    assert.equal(isContinued(payload, line), false);
  });

  it('is told by its first line, which is noted before it is counted', () => {
    const tail = behind('hel');
    assert.equal(tail.isContinued, false);
    tail.note('lo');
    tail.size += 4;
    tail.note('E (8030) event: lost');
    assert.equal(tail.isContinued, true);

    const other = behind('hel');
    other.size = 2;
    other.note('lo');
    assert.equal(other.isContinued, false, 'a line end stands between');
  });
});

describe('the length of a block', () => {
  /** Whether a block announced as so long had that many bytes, `following` of them of what follows. */
  function isOwn(announced: number, sent: number, following = 0): boolean {
    const tail = behind('x'.repeat(announced));
    tail.note('x');
    tail.size = sent + following - announced;
    return tail.isOwn(following);
  }

  it.each([
    ['its first digit', 75, 175],
    ['its last digit', 17, 175],
    ['a digit in the middle', 15, 175],
    ['two digits next to each other', 5, 175],
  ])('may have lost %s: %d of %d', (_, announced, sent) => {
    assert.equal(isOwn(announced, sent), true);
    assert.equal(isOwn(announced, sent, 2), true, 'and a line end of what follows');
  });

  it.each([
    [10, 11],
    [20, 22],
    [11, 15],
    [10, 18],
  ])('may have a bit changed: %d of %d', (announced, sent) => {
    assert.equal(isOwn(announced, sent), true);
  });

  it.each([
    ['another number', 75, 80],
    ['two bits of a digit', 10, 13],
    ['digits that do not stand next to each other', 13, 1234],
  ])('is not one that has lost something: %s, %d of %d', (_, announced, sent) => {
    assert.equal(isOwn(announced, sent), false);
  });

  it('says nothing where the text is not its own', () => {
    const tail = behind('x'.repeat(75));
    tail.size = 100;
    assert.equal(tail.isOwn(0), false);
  });
});
