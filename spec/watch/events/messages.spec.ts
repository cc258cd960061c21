import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { readMessage, type WatchEvent, writeMessage } from '../../../src/watch';

const call: WatchEvent = { type: 'call', time: 5, id: 1, socket: 1, name: 'recv', stage: 'begins', text: '' };

describe('a message between a program and the page', () => {
  it('is read as it was written', () => {
    const bytes: WatchEvent = { type: 'bytes', time: 7, from: 'modem', bytes: Buffer.from([0, 255, 10]) };
    const missed: WatchEvent = { type: 'missed', time: 8, count: 3 };
    for (const message of [
      { kind: 'hello', name: 'a', faults: { reset: {} } },
      { kind: 'events', events: [call, bytes, missed] },
      { kind: 'done', request: 1, error: 'no' },
      { kind: 'end', reason: 'unplugged' },
      { kind: 'payloads', request: 2, areShown: true },
      { kind: 'fault', request: 3, fault: { kind: 'reset' } },
      { kind: 'ask', request: 4 },
    ] as const) {
      assert.deepStrictEqual(readMessage(writeMessage(message)), message);
    }
  });

  it('loses only the events that are none', () => {
    const strange = [{ ...call, stage: 'dances' }, { ...call, time: 'noon' }, { type: 'dream', time: 1 }, null, 3, []];
    const text = JSON.stringify({
      kind: 'events',
      events: [...strange, call, { ...call, more: 'of a newer version' }],
    });
    assert.deepStrictEqual(readMessage(text), {
      kind: 'events',
      events: [call, { ...call, more: 'of a newer version' }],
    });
  });

  it.each(['3', 'null', '[]', '{}', '{"kind":"hello"}', '{"kind":"events"}', '{"kind":"done"}', '{"kind":"sing"}'])(
    'is not %s',
    (text) => {
      assert.throws(() => readMessage(text), TypeError);
    },
  );

  it('is nothing else that comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          readMessage(text);
        } catch (error) {
          assert.ok(error instanceof SyntaxError || error instanceof TypeError);
        }
      }),
    );
  });
});
