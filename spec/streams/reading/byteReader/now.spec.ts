import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { fedReader, heard } from './readers';

const lost = new Error('port lost');

describe('reads of a ByteReader that do not wait', () => {
  describe('readNow', () => {
    it('takes what is there, up to the size asked for', () => {
      const { reader, rx } = fedReader();
      const taken: (string | undefined)[] = [];
      const readNow = (size?: number) => taken.push(reader.readNow(size)?.toString());
      readNow();
      rx.next('ab');
      rx.next('cd');
      rx.next('ef');
      readNow(3);
      readNow(0);
      readNow();
      readNow();
      rx.complete();
      readNow();
      assert.deepStrictEqual(taken, [undefined, 'abc', '', 'def', undefined, '']);
    });

    it('leaves the bytes to a read that waits for them', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      reader.read$(3).subscribe(as('read'));
      rx.next('ab');
      assert.deepStrictEqual([reader.readNow(), reader.readlineNow(), reader.length], [null, null, 2]);
      rx.next('cd');
      assert.deepStrictEqual([log, reader.readNow()?.toString()], [['read abc'], 'd']);
    });

    it('throws the failure of the stream, once its bytes are read', () => {
      const { reader, rx } = fedReader();
      rx.next('ab');
      rx.error(lost);
      assert.equal(reader.readNow()?.toString(), 'ab');
      assert.throws(() => reader.readNow(), /port lost/);
      assert.throws(() => reader.readlineNow(), /port lost/);
    });
  });

  describe('readintoNow', () => {
    it('fills the target with what is there, and tells how much', () => {
      const { reader, rx } = fedReader();
      const target = Buffer.from('........');
      const stored = [reader.readintoNow(target)];
      rx.next('ab');
      rx.next('cd');
      rx.next('ef');
      stored.push(reader.readintoNow(target.subarray(0, 3)), reader.readintoNow(target.subarray(4)));
      stored.push(reader.readintoNow(target));
      rx.complete();
      stored.push(reader.readintoNow(target));
      assert.deepStrictEqual([stored, String(target)], [[null, 3, 3, null, 0], 'abc.def.']);
    });

    it('leaves the bytes to a read that waits for them, and throws the failure of the stream', () => {
      const { reader, rx } = fedReader();
      const waiting = reader.read$(3).subscribe();
      rx.next('ab');
      assert.equal(reader.readintoNow(Buffer.alloc(2)), null);
      waiting.unsubscribe();
      rx.error(lost);
      assert.equal(reader.readintoNow(Buffer.alloc(2)), 2);
      assert.throws(() => reader.readintoNow(Buffer.alloc(2)), /port lost/);
    });
  });

  describe('readlineNow', () => {
    it('takes a line, or what there is of one', () => {
      const { reader, rx } = fedReader();
      rx.next('ab\nc\nd');
      const taken = [reader.readlineNow(), reader.readlineNow(), reader.readlineNow(), reader.readlineNow()];
      assert.deepStrictEqual(
        taken.map((line) => line?.toString()),
        ['ab\n', 'c\n', 'd', undefined],
      );
    });
  });

  describe('peekNow', () => {
    it('shows what is there, up to the size asked for, and leaves it', () => {
      const { reader, rx } = fedReader();
      const shown = [reader.peekNow(9)];
      rx.next('ab');
      rx.next('cd');
      shown.push(reader.peekNow(3), reader.peekNow(9), reader.readNow());
      rx.complete();
      shown.push(reader.peekNow(9));
      assert.deepStrictEqual(
        shown.map((bytes) => bytes?.toString()),
        [undefined, 'abc', 'abcd', 'abcd', ''],
      );
    });

    it('shows nothing that a read waits for, and throws the failure of the stream', () => {
      const { reader, rx } = fedReader();
      const waiting = reader.read$(3).subscribe();
      rx.next('ab');
      assert.equal(reader.peekNow(2), null);
      waiting.unsubscribe();
      rx.error(lost);
      assert.equal(reader.peekNow(9)?.toString(), 'ab');
      reader.readNow();
      assert.throws(() => reader.peekNow(9), /port lost/);
    });
  });
});
