import { describe, it } from '@jest/globals';
import * as fc from 'fast-check';
import assert from 'node:assert/strict';

import { WaitingBytes } from '../../../../src/esp8285/links/pulled/waitingBytes';

describe('the count of bytes that wait', () => {
  function counted() {
    const waiting = new WaitingBytes();
    const counts: number[] = [];
    waiting.count$.subscribe((count) => counts.push(count));
    return { waiting, counts };
  }

  it('is what the modem announces, less what it hands over', () => {
    const { waiting, counts } = counted();
    waiting.noticed(10);
    waiting.asked();
    waiting.taken(4);
    waiting.asked();
    waiting.taken(6);
    assert.deepStrictEqual(counts, [0, 10, 6, 0]);
  });

  it('is replaced by the next notice', () => {
    const { waiting } = counted();
    waiting.noticed(10);
    waiting.noticed(3);
    assert.strictEqual(waiting.count, 3);
  });

  it('is raised by what is found, and not lowered', () => {
    const { waiting, counts } = counted();
    waiting.found(5);
    waiting.found(3);
    assert.deepStrictEqual(counts, [0, 5]);
  });

  it('is never less than nothing', () => {
    const { waiting } = counted();
    waiting.taken(5);
    assert.strictEqual(waiting.count, 0);
  });

  it('counts a block in again, once, if a notice has come between the command and it', () => {
    const { waiting, counts } = counted();
    waiting.noticed(10);
    waiting.asked();
    waiting.noticed(30);
    waiting.taken(10);
    waiting.asked();
    waiting.taken(20);
    waiting.asked();
    waiting.taken(10);
    assert.deepStrictEqual(counts, [0, 10, 30, 20, 10, 0]);
  });

  it('does not do so if a later notice has told how many there are', () => {
    const { waiting } = counted();
    waiting.noticed(10);
    waiting.asked();
    waiting.noticed(30);
    waiting.taken(10);
    waiting.noticed(25);
    waiting.asked();
    waiting.taken(25);
    assert.strictEqual(waiting.count, 0);
  });

  it('knows whether there was a notice since the last read was asked for', () => {
    const { waiting } = counted();
    waiting.noticed(10);
    waiting.asked();
    assert.ok(!waiting.hasNews);
    waiting.noticed(20);
    assert.ok(waiting.hasNews);
    waiting.asked();
    assert.ok(!waiting.hasNews);
  });

  it('lets nothing wait unread, and asks a modem that has nothing at most once for each notice under a read', () => {
    const arrivals = fc.array(fc.record({ before: fc.nat(3000), under: fc.nat(3000), takesFirst: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 2048 }), (steps, longest) => {
        const { waiting } = counted();
        let inModem = 0;
        let refusals = 0;
        let underReads = 0;
        const come = (length: number) => {
          inModem += length;
          if (length > 0) waiting.noticed(inModem);
        };
        const read = (under: number, takesFirst: boolean) => {
          const size = Math.min(waiting.count, longest);
          waiting.asked();
          if (under > 0) underReads++;
          if (!takesFirst) come(under);
          const length = Math.min(size, inModem);
          inModem -= length;
          if (takesFirst) come(under);
          if (length > 0) waiting.taken(length);
          else {
            refusals++;
            if (!waiting.hasNews) waiting.set(0);
          }
        };
        for (const { before, under, takesFirst } of steps) {
          come(before);
          if (waiting.count > 0) read(under, takesFirst);
        }
        while (waiting.count > 0) read(0, false);
        assert.strictEqual(inModem, 0);
        assert.ok(refusals <= underReads);
      }),
    );
  });
});
