import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';

import { ByteQueue, readline } from '../../../../src/streams';
import { type Step, step } from './steps';

/** A queue as it would be if copying cost nothing. */
class Model {
  content: Buffer = Buffer.alloc(0);
  failed = false;
  demands: number[] = [];

  constructor(private readonly capacity: number) {}

  get room(): number {
    const limit = this.demands.reduce((sum, demand) => sum + demand, this.capacity);
    return this.failed ? 0 : Math.max(0, limit - this.content.length);
  }

  get lineLength(): number | undefined {
    const at = this.content.indexOf('\n');
    return at < 0 ? undefined : at + 1;
  }

  push(bytes: Buffer): void {
    if (this.failed) return;
    if (bytes.length > this.room) this.failed = true;
    else this.content = Buffer.concat([this.content, bytes]);
  }

  take(count: number): Buffer {
    const taken = this.content.subarray(0, count);
    this.content = this.content.subarray(taken.length);
    return taken;
  }
}

function runBoth(queue: ByteQueue, model: Model, steps: readonly Step[]): void {
  const withdrawals: (() => void)[] = [];
  for (const next of steps) {
    switch (next.kind) {
      case 'push':
        queue.push(next.bytes);
        model.push(next.bytes);
        break;
      case 'takeChunk': {
        const taken = queue.takeChunk(next.size);
        assert.ok(taken.length <= next.size);
        assert.equal(taken.length > 0, model.content.length > 0 && next.size > 0);
        assert.deepStrictEqual(taken, model.take(taken.length));
        break;
      }
      case 'takeInto': {
        const target = Buffer.alloc(next.size);
        const stored = queue.takeInto(target);
        assert.deepStrictEqual(target.subarray(0, stored), model.take(next.size));
        break;
      }
      case 'takeUpTo':
        assert.deepStrictEqual(queue.takeUpTo(next.size), model.take(next.size));
        break;
      case 'readline': {
        const lines: Buffer[] = [];
        const reading = queue.changes$
          .pipe(readline())
          .subscribe({ next: (line) => lines.push(line), error: () => {} });
        reading.unsubscribe();
        assert.deepStrictEqual(lines, model.lineLength === undefined ? [] : [model.take(model.lineLength)]);
        break;
      }
      case 'demand':
        withdrawals.push(queue.demand(next.size));
        model.demands.push(next.size);
        break;
      case 'withdraw':
        withdrawals.shift()?.();
        model.demands.shift();
        break;
    }
    assert.equal(queue.length, model.content.length);
    assert.equal(queue.lineLength, model.lineLength);
    assert.equal(queue.room, model.room);
    assert.equal(queue.failure !== undefined, model.failed);
  }
  assert.deepStrictEqual(queue.takeUpTo(Infinity), model.content);
}

describe('what is in a ByteQueue', () => {
  it('gives back what it was given, however it is pushed and taken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => runBoth(new ByteQueue(), new Model(Infinity), steps)),
      { numRuns: 2000 },
    );
  });

  it('gives back what it was given until it overflows', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(step, { maxLength: 60 }), (capacity, steps) =>
        runBoth(new ByteQueue({ capacity }), new Model(capacity), steps),
      ),
      { numRuns: 2000 },
    );
  });

  it('takes a million single bytes', () => {
    const queue = new ByteQueue();
    const byte = Buffer.from('x');
    for (let i = 0; i < 1_000_000; i++) queue.push(byte);
    expect(queue.lineLength).toBeUndefined();
    for (let i = 0; i < 1_000_000; i++) if (queue.takeChunk(1)[0] !== 0x78) throw new Error(`wrong byte at ${i}`);
    expect(queue.length).toBe(0);
  });

  describe('memory', () => {
    it('is that of the chunk, for a part of it', () => {
      const chunk = Buffer.from('abcdefgh');
      const queue = new ByteQueue();
      queue.push(chunk);
      const parts = [queue.takeChunk(3), queue.takeUpTo(2), queue.takeChunk(9)];
      assert.deepStrictEqual(parts.map(String), ['abc', 'de', 'fgh']);
      for (const part of parts) assert.equal(part.buffer, chunk.buffer);
      assert.deepStrictEqual(
        parts.map(({ byteOffset }) => byteOffset - chunk.byteOffset),
        [0, 3, 5],
      );
    });

    it('is that of the chunk, for a Uint8Array inside a larger buffer', () => {
      const whole = Uint8Array.of(1, 2, 3, 4, 5);
      const queue = new ByteQueue();
      queue.push(whole.subarray(1, 4));
      const taken = queue.takeChunk(9);
      assert.deepStrictEqual(taken, Buffer.from([2, 3, 4]));
      assert.equal(taken.buffer, whole.buffer);
    });

    it('is new only for bytes that lie in two chunks', () => {
      const one = Buffer.from('abc');
      const other = Buffer.from('def');
      const queue = new ByteQueue();
      queue.push(one);
      queue.push(other);
      assert.equal(queue.takeUpTo(4).toString(), 'abcd');
      assert.equal(queue.takeUpTo(2).buffer, other.buffer);
    });
  });

  describe('takeChunk', () => {
    it('stops at the end of a chunk', () => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('ab'));
      queue.push(Buffer.from('cd'));
      assert.deepStrictEqual([queue.takeChunk(9), queue.takeChunk(9), queue.takeChunk(9)].map(String), [
        'ab',
        'cd',
        '',
      ]);
    });

    it.each([-1, 1.5, NaN, -Infinity])('refuses %d as a size and keeps its bytes', (wrong) => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('ab'));
      expect(() => queue.takeChunk(wrong)).toThrow(RangeError);
      expect(() => queue.takeUpTo(wrong)).toThrow(RangeError);
      expect(() => queue.demand(wrong)).toThrow(RangeError);
      assert.equal(String(queue.takeUpTo(Infinity)), 'ab');
    });
  });

  describe('lineLength', () => {
    it('finds a newline that arrives later, and counts from what has been taken', () => {
      const queue = new ByteQueue();
      const lengths = ['ab', 'cd', 'e\nf', '\n'].map((piece) => {
        queue.push(Buffer.from(piece));
        return queue.lineLength;
      });
      assert.deepStrictEqual(lengths, [undefined, undefined, 6, 6]);
      queue.takeUpTo(3);
      assert.equal(queue.lineLength, 3);
      queue.takeUpTo(3);
      assert.equal(queue.lineLength, 2);
    });
  });

  describe('peek', () => {
    it('copies what lies in several chunks, and leaves it', () => {
      const queue = new ByteQueue();
      for (const text of ['ab', 'cd', 'ef']) queue.push(Buffer.from(text));
      queue.takeUpTo(1);
      const shown = [queue.peek(3), queue.peek(0), queue.peek(Infinity)];
      for (const bytes of shown) bytes.fill('x');
      assert.deepStrictEqual([shown.map(({ length }) => length), queue.length], [[3, 0, 5], 5]);
      assert.equal(String(queue.takeUpTo(9)), 'bcdef');
    });
  });
});
