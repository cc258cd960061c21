import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { ReadAnswer } from '../../../../src/esp8285/links/pulled/readAnswer';

function reading(size = 10) {
  const delivered: string[] = [];
  const answer = new ReadAnswer(({ bytes }) => delivered.push(String(bytes)));
  answer.begin(size);
  const take = (text: string, pulled: boolean): void =>
    answer.took({ kind: 'block', link: 4, bytes: Buffer.from(text), length: text.length, ...(pulled && { pulled }) });
  return { answer, delivered, pulled: (text: string) => take(text, true), pushed: (text: string) => take(text, false) };
}

/** Data that end with what ends an answer. The line may have lost six bytes of a block, which has taken that instead. */
const doubtful = 'data\r\nOK\r\n';

describe('the answer to a read', () => {
  it('brings its block at once, and tells its length at the end', () => {
    const { answer, delivered, pulled } = reading();
    pulled('data');
    assert.deepStrictEqual(delivered, ['data']);
    assert.strictEqual(answer.ended('complete'), 4);
  });

  it('is not whole when its block has not come, even if data have been pushed meanwhile', () => {
    const { answer, delivered, pushed } = reading();
    pushed('data');
    assert.deepStrictEqual(delivered, ['data']);
    assert.strictEqual(answer.ended('complete'), undefined);
  });

  it('is whole when its end is lost, but not its block', () => {
    const { answer, pulled } = reading();
    pulled('data');
    assert.strictEqual(answer.ended('lost'), 4);
  });

  it('is lost when its end and its block are', () => {
    assert.strictEqual(reading().answer.ended('lost'), 'lost');
  });

  it('brings a block that ends like an answer only when its own end has come', () => {
    const { answer, delivered, pulled } = reading();
    pulled(doubtful);
    assert.deepStrictEqual(delivered, []);
    assert.strictEqual(answer.ended('complete'), 10);
    assert.deepStrictEqual(delivered, [doubtful]);
  });

  it('brings such a block when another one follows it', () => {
    const { delivered, pulled, pushed } = reading();
    pulled(doubtful);
    pushed('later');
    assert.deepStrictEqual(delivered, [doubtful, 'later']);
  });

  it.each([
    ['all of it', doubtful],
    ['a part of it', 'data\r\nOK'],
    ['the beginning of a message, too', 'data\r\nOK\r\n4,'],
  ])('is lost with such a block when its own end does not come, and the block has %s', (_, block) => {
    const { answer, delivered, pulled } = reading();
    pulled(block);
    assert.strictEqual(answer.ended('lost'), 'lost');
    assert.deepStrictEqual(delivered, []);
  });

  it('is whole when only its end is lost, and something like that stands further ahead in its block', () => {
    const { answer, delivered, pulled } = reading();
    const block = `\r\nOK${'d'.repeat(100)}`;
    pulled(block);
    assert.strictEqual(answer.ended('lost'), block.length);
    assert.deepStrictEqual(delivered, [block]);
  });

  it('has not brought what came before the line has lost something', () => {
    const { answer, delivered, pulled } = reading();
    pulled(doubtful);
    answer.interrupted();
    assert.strictEqual(answer.ended('complete'), undefined);
    assert.deepStrictEqual(delivered, []);
  });

  it('has to bring what was asked for and announced, once the line has lost something', () => {
    const { answer } = reading(10);
    const isTooShort = (): boolean[] => [4, 5, 9, 10].map((length) => answer.isTooShort(length, length < 6 ? 5 : 20));
    assert.deepStrictEqual(isTooShort(), [false, false, false, false]);
    answer.interrupted();
    assert.deepStrictEqual(isTooShort(), [true, false, true, false]);
    answer.begin(10);
    assert.deepStrictEqual(isTooShort(), [false, false, false, false]);
  });

  it.each<[string, isBelieved: boolean, isOwed: boolean, before: (read: ReturnType<typeof reading>) => void]>([
    ['believed', true, false, () => undefined],
    ['believed although data are owed', true, true, () => undefined],
    ['believed after a loss when no data are owed', true, false, ({ answer }) => answer.interrupted()],
    ['not believed after a loss when data are owed', false, true, ({ answer }) => answer.interrupted()],
    ['not believed after a block that ends like an answer', false, false, ({ pulled }) => pulled(doubtful)],
  ])('that is a refusal is %s', (_, isBelieved, isOwed, before) => {
    const read = reading();
    before(read);
    assert.strictEqual(read.answer.refused(isOwed), isBelieved);
    assert.strictEqual(read.answer.mayBeData, isOwed);
    read.answer.begin(10);
    assert.strictEqual(read.answer.mayBeData, false);
  });
});
