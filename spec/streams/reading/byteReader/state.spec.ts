import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { of, throwError } from 'rxjs';

import { ByteReader } from '../../../../src/streams';
import { buffers, marbles, toBytes } from '../../../../harness/time/marbles';
import { readerOf } from './readers';

const lost = new Error('port lost');
const full = new Error('queue full');
const closed = new Error('closed');

describe('the life of a ByteReader', () => {
  describe('connect', () => {
    it(
      'takes bytes from the source until it is unsubscribed',
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const rx$ = cold('  -a--a--', { a: 'ab' });
        const subs = '      ^-!    ';
        const reader = new ByteReader(() => rx$.pipe(toBytes()));
        const connection = reader.connect();
        cold('              --x    ').subscribe(() => connection.unsubscribe());
        expectObservable(reader.read$(3)).toBe('-');
        expectSubscriptions(rx$.subscriptions).toBe(subs);
      }),
    );

    it(
      'takes nothing more from the source once the queue has overflowed',
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const rx$ = cold('   --a-a-a-', { a: 'abc' });
        const subs = '       ^---!   ';
        const readSubs = '   -----^  ';
        const reader = readerOf(rx$, { capacity: 5, overflow: () => full });
        expectObservable(reader.recv$(9), readSubs).toBe('-----(r|)', buffers({ r: 'abc' }));
        expectObservable(reader.recv$(9), readSubs).toBe('-----#', undefined, full);
        expectSubscriptions(rx$.subscriptions).toBe(subs);
      }),
    );
  });

  describe('close', () => {
    it(
      'ends pending and later reads with its error',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-------', { a: 'ab' });
        const close$ = cold('---x     ');
        const late = '      -----^   ';
        const reader = readerOf(rx$);
        close$.subscribe(() => reader.close(closed));
        expectObservable(reader.read$(9)).toBe('    ---#', undefined, closed);
        expectObservable(reader.recv$(1)).toBe('    ---#', undefined, closed);
        expectObservable(reader.data$).toBe('       ---#', undefined, closed);
        expectObservable(reader.lines$, late).toBe('-----#', undefined, closed);
        expectObservable(reader.recv$(1), late).toBe('-----#', undefined, closed);
      }),
    );

    it('drops what has not been read, even if the stream has ended', () => {
      const reader = readerOf(of('abc'));
      reader.close(closed);
      assert.deepStrictEqual([reader.length, reader.failure], [0, closed]);
      assert.throws(() => reader.readNow(), /closed/);
    });
  });

  describe('readable$', () => {
    it(
      'emits whether a read would return at once, and replays it',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('      --a-a--a--|', { a: 'ab' });
        const recvSubs = '      -----^     ';
        const lateSubs = '      ------^    ';
        const expected = '      f-t--f-t---';
        const late = '          ------ft---';
        const reader = readerOf(rx$);
        expectObservable(reader.readable$).toBe(expected, { f: false, t: true });
        expectObservable(reader.readable$, lateSubs).toBe(late, { f: false, t: true });
        expectObservable(reader.read$(4), recvSubs).toBe('-----(r|)', buffers({ r: 'abab' }));
      }),
    );

    it(
      'stays true at the end and after a failure, because a read returns at once',
      marbles(({ cold, expectObservable }) => {
        const ended = readerOf(cold('--|'));
        const failed = readerOf(cold('--#', undefined, lost));
        expectObservable(ended.readable$).toBe(' f-t', { f: false, t: true });
        expectObservable(failed.readable$).toBe('f-t', { f: false, t: true });
      }),
    );
  });

  describe('finished$', () => {
    it(
      'emits the end before the bytes are read, and replays it',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('   -a-|   ', { a: 'ab' });
        const lateSubs = '   -----^ ';
        const expected = '   f--t   ';
        const late = '       -----t ';
        const reader = readerOf(rx$);
        expectObservable(reader.finished$).toBe(expected, { f: false, t: true });
        expectObservable(reader.finished$, lateSubs).toBe(late, { f: false, t: true });
      }),
    );
  });

  describe('clearFailure', () => {
    it(
      'turns the failure into the end of the stream',
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const rx$ = cold('   -#     ', undefined, lost);
        const reader = readerOf(rx$);
        cold('               --x    ').subscribe(() => reader.clearFailure());
        expectObservable(reader.recv$(1)).toBe('          -#', undefined, lost);
        expectObservable(reader.recv$(1), '---^').toBe('  ---(r|)', buffers({ r: '' }));
        expectSubscriptions(rx$.subscriptions).toBe('     ^!');
      }),
    );

    it('leaves hasFailed as it is, and changes no stream that has not failed', () => {
      const ended = readerOf(of('ab'));
      const failed = readerOf(throwError(() => lost));
      for (const reader of [ended, failed]) reader.clearFailure();
      assert.deepStrictEqual([ended.failure, ended.hasFailed], [undefined, false]);
      assert.deepStrictEqual([failed.failure, failed.hasFailed], [undefined, true]);
    });
  });
});
