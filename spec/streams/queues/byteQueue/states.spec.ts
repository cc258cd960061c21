import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { ByteQueue } from '../../../../src/streams';

const lost = new Error('port lost');
const full = new Error('queue full');
const closed = new Error('closed');

const text = (queue: ByteQueue) => queue.takeUpTo(Infinity).toString();

describe('the states of a ByteQueue', () => {
  describe('end', () => {
    it('leaves what is there to be taken, and takes nothing more in', () => {
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
    it('drops what is held, and replaces the end by its error', () => {
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
    it('shows each listener the present state, even if a listener changes it', () => {
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

    it('emits once when a batch is over, and not before', () => {
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

    it('emits what a batch has changed before it threw', () => {
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

  describe('clearFailure', () => {
    it('turns the failure into the end, after what is there', () => {
      const queue = new ByteQueue();
      queue.clearFailure();
      assert.deepStrictEqual([queue.finished, queue.hasFailed], [false, false]);
      queue.push(Buffer.from('ab'));
      queue.fail(lost);
      queue.clearFailure();
      queue.fail(full);
      assert.deepStrictEqual([queue.failure, queue.hasFailed, queue.finished], [undefined, true, true]);
      assert.equal(text(queue), 'ab');
    });
  });
});
