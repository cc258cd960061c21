import { beforeEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { dialectOf } from '../../../../src/esp8285/commands/dialect';
import { SendBuffer } from '../../../../src/esp8285/links/sending/sendBuffer';

const nonos174 = dialectOf(['AT version:1.7.4.0']);
let sendBuffer: SendBuffer;

beforeEach(() => {
  sendBuffer = new SendBuffer();
  sendBuffer.begin(nonos174);
});

describe('the send buffer of a modem', () => {
  it.each([
    ['0.21.0.0', false],
    ['1.2.0.0', false],
    ['1.3.0.0', true],
    ['1.7.4.0', true],
    ['2.2.2.0', false],
  ])('AT %s: usable is %s', (version, isUsable) => {
    sendBuffer.begin(dialectOf([`AT version:${version}`]));
    assert.strictEqual(sendBuffer.isUsable, isUsable);
  });

  it('is not usable before the modem is set up', () => {
    assert.ok(!new SendBuffer().isUsable);
  });

  it('is not usable after two refusals', () => {
    sendBuffer.refused();
    assert.ok(sendBuffer.isUsable);
    sendBuffer.refused();
    assert.ok(!sendBuffer.isUsable);
  });

  it('stays usable whatever is refused, if it has worked once', () => {
    sendBuffer.worked();
    for (let refusals = 0; refusals < 5; refusals++) sendBuffer.refused();
    assert.ok(sendBuffer.isUsable);
  });

  it('is to be asked for once', () => {
    assert.deepStrictEqual([sendBuffer.takeQuestion(), sendBuffer.takeQuestion()], [true, false]);
  });

  it('is not asked for when the modem has said it, and a size that cannot be is not believed', () => {
    sendBuffer.learned(4_096);
    assert.deepStrictEqual([sendBuffer.capacity, sendBuffer.takeQuestion()], [4_096, false]);
    sendBuffer.learned(0);
    assert.strictEqual(sendBuffer.capacity, 536);
  });

  it('is a new one when the modem is set up again', () => {
    sendBuffer.worked();
    sendBuffer.refused();
    sendBuffer.refused();
    sendBuffer.takeQuestion();
    sendBuffer.learned(8_192);
    assert.strictEqual(sendBuffer.capacity, 8_192);
    sendBuffer.places = 8;
    sendBuffer.begin(nonos174);
    assert.deepStrictEqual([sendBuffer.capacity, sendBuffer.places], [2_920, Infinity]);
    assert.ok(sendBuffer.isUsable && sendBuffer.takeQuestion());
    // It has not worked yet.
    sendBuffer.refused();
    sendBuffer.refused();
    assert.ok(!sendBuffer.isUsable);
  });
});
