import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';

import { ByteQueue } from '../../../../src/streams';
import { step } from './steps';

const full = new Error('queue full');

describe('the capacity of a ByteQueue', () => {
  describe('capacity', () => {
    it('can be changed, and leaves what is there already', () => {
      const queue = new ByteQueue({ capacity: 4 });
      queue.push(Buffer.from('abc'));
      queue.resize(2);
      assert.deepStrictEqual([queue.room, queue.length, queue.failure], [0, 3, undefined]);
      queue.resize(8);
      assert.equal(queue.room, 5);
    });

    it('takes in what just fits', () => {
      const queue = new ByteQueue({ capacity: 4, overflow: () => full });
      queue.push(Buffer.from('ab'));
      queue.push(Buffer.from('cd'));
      assert.deepStrictEqual([queue.room, queue.failure], [0, undefined]);
    });

    it('keeps what arrived before an overflow, and fails after it', () => {
      const queue = new ByteQueue({ capacity: 4, overflow: () => full });
      queue.push(Buffer.from('abc'));
      queue.push(Buffer.from('de'));
      queue.push(Buffer.from('f'));
      assert.deepStrictEqual([queue.length, queue.room, queue.finished], [3, 0, true]);
      assert.equal(queue.failure, full);
      assert.equal(String(queue.takeUpTo(Infinity)), 'abc');
    });

    it('fails with a RangeError when it is given no other', () => {
      const queue = new ByteQueue({ capacity: 1 });
      queue.push(Buffer.from('ab'));
      expect(queue.failure).toBeInstanceOf(RangeError);
    });

    it('grows by what readers demand, until they withdraw it', () => {
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

    it('is no limit while a reader demands everything', () => {
      const queue = new ByteQueue({ capacity: 4 });
      const withdraw = queue.demand(Infinity);
      queue.push(Buffer.alloc(1000));
      assert.equal(queue.room, Infinity);
      withdraw();
      assert.deepStrictEqual([queue.room, queue.length], [0, 1000]);
    });
  });

  describe('room$', () => {
    it('emits the current room, and each change once', () => {
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

    it('keeps room that it has offered, though the reader that demanded it has gone', () => {
      const queue = new ByteQueue({ capacity: 8, overflow: () => full });
      queue.room$.subscribe();
      queue.demand(20)();
      assert.equal(queue.room, 8);
      queue.push(Buffer.alloc(28));
      assert.deepStrictEqual([queue.length, queue.failure], [28, undefined]);
      queue.push(Buffer.alloc(1));
      assert.equal(queue.failure, full);
    });

    it('offers no room that nobody has been told', () => {
      const queue = new ByteQueue({ capacity: 8, overflow: () => full });
      queue.demand(20)();
      queue.push(Buffer.alloc(9));
      assert.equal(queue.failure, full);
    });

    it('never overflows by a sender that asks for one piece at a time, and for no more than the room it is told', () => {
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
});
