import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';

import { ByteQueue, readline } from '../../../src/streams';

const lost = new Error('port lost');
const full = new Error('queue full');
const closed = new Error('closed');

const text = (queue: ByteQueue) => queue.takeUpTo(Infinity).toString();

/** Bytes in which newlines are frequent. */
const chunk = fc.array(fc.constantFrom(0x0a, 0x61, 0x62, 0x63), { maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const size = fc.oneof(fc.nat(24), fc.constant(Infinity));

type Step =
  | { kind: 'push'; bytes: Buffer }
  | { kind: 'takeChunk' | 'takeUpTo' | 'takeInto' | 'demand'; size: number }
  | { kind: 'readline' | 'withdraw' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), bytes: chunk }),
  fc.record({ kind: fc.constantFrom('takeChunk' as const, 'takeUpTo' as const, 'demand' as const), size }),
  fc.record({ kind: fc.constant('takeInto' as const), size: fc.nat(24) }),
  fc.record({ kind: fc.constantFrom('readline' as const, 'withdraw' as const) }),
);

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

describe('ByteQueue', () => {
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

    it('is new only for what lies in two chunks', () => {
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
      assert.equal(text(queue), 'ab');
    });
  });

  describe('lineLength', () => {
    it('finds a newline that comes in pieces, in reach of what has been searched', () => {
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

  describe('capacity', () => {
    it('lets in what just fits', () => {
      const queue = new ByteQueue({ capacity: 4, overflow: () => full });
      queue.push(Buffer.from('ab'));
      queue.push(Buffer.from('cd'));
      assert.deepStrictEqual([queue.room, queue.failure], [0, undefined]);
    });

    it('keeps what came before an overflow whole, and fails after it', () => {
      const queue = new ByteQueue({ capacity: 4, overflow: () => full });
      queue.push(Buffer.from('abc'));
      queue.push(Buffer.from('de'));
      queue.push(Buffer.from('f'));
      assert.deepStrictEqual([queue.length, queue.room, queue.finished], [3, 0, true]);
      assert.equal(queue.failure, full);
      assert.equal(text(queue), 'abc');
    });

    it('fails with a RangeError when it is given no other', () => {
      const queue = new ByteQueue({ capacity: 1 });
      queue.push(Buffer.from('ab'));
      expect(queue.failure).toBeInstanceOf(RangeError);
    });

    it('grows by what readers want, until they take it back', () => {
      const queue = new ByteQueue({ capacity: 4, overflow: () => full });
      const withdrawTen = queue.demand(10);
      const withdrawTwo = queue.demand(2);
      queue.push(Buffer.alloc(12));
      assert.equal(queue.room, 4);
      withdrawTen();
      withdrawTen();
      assert.deepStrictEqual([queue.room, queue.length, queue.failure], [0, 12, undefined]);
      queue.takeUpTo(10);
      assert.equal(queue.room, 4);
      withdrawTwo();
      assert.equal(queue.room, 2);
    });

    it('is no limit while a reader wants everything', () => {
      const queue = new ByteQueue({ capacity: 4 });
      const withdraw = queue.demand(Infinity);
      queue.push(Buffer.alloc(1000));
      assert.equal(queue.room, Infinity);
      withdraw();
      assert.deepStrictEqual([queue.room, queue.length], [0, 1000]);
    });
  });

  describe('room$', () => {
    it('tells of each change once, from the current room on', () => {
      const queue = new ByteQueue({ capacity: 8 });
      queue.push(Buffer.from('ab'));
      const rooms: number[] = [];
      queue.room$.subscribe((room) => rooms.push(room));
      queue.push(Buffer.from('cde'));
      queue.push(Buffer.alloc(0));
      const withdraw = queue.demand(10);
      queue.takeUpTo(4);
      withdraw();
      queue.end();
      assert.deepStrictEqual(rooms, [6, 3, 13, 17, 7, 0]);
    });

    it('honours what it has offered, though the reader who wanted it has gone', () => {
      const queue = new ByteQueue({ capacity: 8, overflow: () => full });
      queue.room$.subscribe();
      queue.demand(20)();
      assert.equal(queue.room, 8);
      queue.push(Buffer.alloc(28));
      assert.deepStrictEqual([queue.length, queue.failure], [28, undefined]);
      queue.push(Buffer.alloc(1));
      assert.equal(queue.failure, full);
    });

    it('offers nothing that nobody has heard', () => {
      const queue = new ByteQueue({ capacity: 8, overflow: () => full });
      queue.demand(20)();
      queue.push(Buffer.alloc(9));
      assert.equal(queue.failure, full);
    });

    it('never lets a sender overflow the queue who asks for one piece at a time, and for no more than it is told', () => {
      fc.assert(
        fc.property(fc.nat(20), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
          const queue = new ByteQueue({ capacity });
          let room = 0;
          queue.room$.subscribe((now) => (room = now));
          let coming: Buffer = Buffer.alloc(0);
          const withdrawals: (() => void)[] = [];
          for (const next of steps) {
            if (next.kind === 'push') {
              queue.push(coming);
              coming = next.bytes.subarray(0, room);
            } else if (next.kind === 'demand') withdrawals.push(queue.demand(next.size));
            else if (next.kind === 'withdraw') withdrawals.shift()?.();
            else if ('size' in next) queue.takeChunk(next.size);
            assert.equal(queue.failure, undefined);
          }
        }),
        { numRuns: 1000 },
      );
    });
  });

  describe('end', () => {
    it('leaves what is there to be taken and lets nothing more in', () => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('ab'));
      queue.end();
      queue.push(Buffer.from('cd'));
      queue.fail(lost);
      assert.deepStrictEqual([queue.finished, queue.failure, queue.room, text(queue)], [true, undefined, 0, 'ab']);
    });
  });

  describe('fail', () => {
    it('keeps the first failure and what came before it', () => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('ab'));
      queue.fail(lost);
      queue.fail(full);
      queue.end();
      queue.push(Buffer.from('cd'));
      assert.equal(queue.failure, lost);
      assert.deepStrictEqual([queue.finished, queue.room, text(queue)], [true, 0, 'ab']);
    });
  });

  describe('close', () => {
    it('drops what is held, in place of any end', () => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('a\nb'));
      assert.equal(queue.lineLength, 2);
      queue.end();
      queue.close(closed);
      queue.push(Buffer.from('c\n'));
      assert.equal(queue.failure, closed);
      assert.deepStrictEqual([queue.finished, queue.length, queue.lineLength, queue.room], [true, 0, undefined, 0]);
    });
  });

  describe('changes$', () => {
    it('shows a listener inside a change the state as it is, and the other listeners too', () => {
      const queue = new ByteQueue();
      const seen: string[] = [];
      queue.changes$.subscribe(({ length }) => {
        seen.push(`one ${length}`);
        if (length === 1) queue.push(Buffer.from('bc'));
        if (length === 3) queue.takeUpTo(3);
      });
      queue.changes$.subscribe(({ length }) => seen.push(`other ${length}`));
      queue.push(Buffer.from('a'));
      const [oneLast, otherLast] = ['one', 'other'].map((who) => seen.filter((what) => what.startsWith(who)).at(-1));
      assert.deepStrictEqual([oneLast, otherLast, queue.length], ['one 0', 'other 0', 0]);
      assert.ok(!seen.includes('other 1'), 'a listener is told what is, not what was');
    });

    it('is held back until a step is over, and told once', () => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('abcd'));
      const lengths: number[] = [];
      queue.changes$.subscribe(({ length }) => lengths.push(length));
      const taken = queue.batch(() => {
        const first = queue.takeUpTo(1);
        return Buffer.concat([first, queue.batch(() => queue.takeUpTo(2))]);
      });
      assert.deepStrictEqual([taken.toString(), lengths], ['abc', [4, 1]]);
    });

    it('tells of what a step has changed before it threw', () => {
      const queue = new ByteQueue();
      const lengths: number[] = [];
      queue.changes$.subscribe(({ length }) => lengths.push(length));
      const failing = () => {
        queue.push(Buffer.from('a'));
        throw lost;
      };
      assert.throws(() => queue.batch(failing), /port lost/);
      queue.push(Buffer.from('b'));
      assert.deepStrictEqual(lengths, [0, 1, 2]);
    });
  });
});
