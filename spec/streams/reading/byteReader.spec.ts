import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  concatMap,
  filter,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  type Subscription,
  switchMap,
  take,
  tap,
} from 'rxjs';

import { ByteReader, type ByteQueueOptions } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../marbles';

const lost = new Error('port lost');
const full = new Error('queue full');
const closed = new Error('closed');

/** A connected reader of texts. */
function readerOf(rx$: Observable<string>, options?: ByteQueueOptions): ByteReader {
  const reader = new ByteReader(() => rx$.pipe(toBytes()), options);
  reader.connect();
  return reader;
}

/** A connected reader that is fed by hand. */
function fedReader(options?: ByteQueueOptions): { reader: ByteReader; rx: Subject<string> } {
  const rx = new Subject<string>();
  return { reader: readerOf(rx, options), rx };
}

/** What a read emits, as text, in the order in which it is emitted. */
function heard(): { log: string[]; as: (who: string) => (value: Buffer | number) => void } {
  const log: string[] = [];
  return { log, as: (who) => (value) => void log.push(`${who} ${value.toString()}`) };
}

describe('ByteReader', () => {
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

    it('keeps the bytes of a synchronous source for readers to come', () => {
      const { log, as } = heard();
      const reader = readerOf(of('ab', 'c\nd'));
      reader.readline$().subscribe(as('line'));
      reader.read$().subscribe(as('rest'));
      reader.recv$(9).subscribe(as('end'));
      assert.deepStrictEqual(log, ['line abc\n', 'rest d', 'end ']);
    });

    it(
      'takes nothing more once the queue has overflowed',
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

  describe('reads', () => {
    it(
      'are served in order: a small one does not steal from a large one before it',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-b-c--', { a: 'abcd', b: 'efgh', c: 'ijkl' });
        const large = '     -----(l|)';
        const small = '     -----(s|)';
        const reader = readerOf(rx$);
        expectObservable(reader.read$(10)).toBe(large, buffers({ l: 'abcdefghij' }));
        expectObservable(reader.recv$(1)).toBe(small, buffers({ s: 'k' }));
      }),
    );

    it(
      'of each kind follow each other without a gap',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-b-c-|    ', { a: 'ab\ncd', b: 'efgh', c: 'ij' });
        const target = Buffer.alloc(2);
        const reader = readerOf(rx$);
        const stored$ = reader.readinto$(target).pipe(map((count) => target.toString('latin1', 0, count)));
        expectObservable(reader.readline$()).toBe(' -(r|)      ', buffers({ r: 'ab\n' }));
        expectObservable(reader.recv$(1)).toBe('    -(r|)      ', buffers({ r: 'c' }));
        expectObservable(stored$).toBe('            ---(r|)    ', { r: 'de' });
        expectObservable(reader.readline$(2)).toBe('---(r|)    ', buffers({ r: 'fg' }));
        expectObservable(reader.read$()).toBe('     -------(r|)', buffers({ r: 'hij' }));
        expectObservable(reader.recv$(1)).toBe('    -------(r|)', buffers({ r: '' }));
      }),
    );

    it(
      'start when they are subscribed to, each time anew',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-----', { a: 'abcd' });
        const late = '      ----^  ';
        const reader = readerOf(rx$);
        const recv$ = reader.recv$(2);
        expectObservable(recv$, late).toBe('----(r|)', buffers({ r: 'ab' }));
        expectObservable(recv$, late).toBe('----(r|)', buffers({ r: 'cd' }));
      }),
    );

    it(
      'that are cancelled while they wait for bytes take none',
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const rx$ = cold('  -a-b---', { a: 'ab', b: 'cd' });
        const unsub = '     --!    ';
        const reader = readerOf(rx$);
        expectObservable(reader.read$(3), unsub).toBe('-');
        expectObservable(reader.read$(4)).toBe('---(r|)', buffers({ r: 'abcd' }));
        expectSubscriptions(rx$.subscriptions).toBe('^');
      }),
    );

    it(
      'that are cancelled while they wait their turn take none',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-b---', { a: 'ab', b: 'cd' });
        const reader = readerOf(rx$);
        expectObservable(reader.read$(3)).toBe('        ---(r|)', buffers({ r: 'abc' }));
        expectObservable(reader.recv$(1), '--!').toBe(' -');
        expectObservable(reader.recv$(1)).toBe('        ---(s|)', buffers({ s: 'd' }));
      }),
    );

    it('still have room when the one before them waited its turn and was cancelled', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader({ capacity: 8, overflow: () => full });
      reader.recv$(1).subscribe(as('first'));
      const second = reader.read$(10).subscribe();
      reader.read$(20).subscribe(as('third'));
      rx.next('x');
      second.unsubscribe();
      rx.next('0123456789');
      rx.next('0123456789');
      assert.deepStrictEqual(log, ['first x', 'third 01234567890123456789']);
    });

    it('still have room when the one before them waited its turn and was served', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader({ capacity: 8, overflow: () => full });
      reader.recv$(1).subscribe(as('first'));
      reader.read$(10).subscribe(as('second'));
      reader.read$(20).subscribe(as('third'));
      for (const chunk of ['x', '0123456789', '0123456789', '0123456789']) rx.next(chunk);
      assert.deepStrictEqual(log, ['first x', 'second 0123456789', 'third 01234567890123456789']);
    });

    it('wait by the thousand and are served by one chunk', () => {
      const { reader, rx } = fedReader();
      const served: string[] = [];
      for (let i = 0; i < 3000; i++) reader.recv$(1).subscribe((byte) => served.push(byte.toString()));
      rx.next('ab'.repeat(1500));
      assert.equal(served.join(''), 'ab'.repeat(1500));
    });

    it('collect a million single bytes', () => {
      const { reader, rx } = fedReader();
      const lengths: number[] = [];
      reader.read$(500_000).subscribe(({ length }) => lengths.push(length));
      reader.readline$().subscribe(({ length }) => lengths.push(length));
      for (let i = 0; i < 999_999; i++) rx.next('x');
      rx.next('\n');
      assert.deepStrictEqual(lengths, [500_000, 500_000]);
    });

    it.each([-1, 1.5, NaN])('refuse %d as a size at the call', (size) => {
      const { reader } = fedReader();
      for (const read of ['recv$', 'read$', 'readline$'] as const) expect(() => reader[read](size)).toThrow(RangeError);
      expect(() => reader.readinto$(Buffer.alloc(1), size)).toThrow(RangeError);
    });
  });

  describe('data$', () => {
    it(
      'emits every chunk as it comes, until the stream ends',
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const rx$ = cold('  -a--b-|', { a: 'ab', b: 'c' });
        const expected = '  -a--b-|';
        expectObservable(readerOf(rx$).data$).toBe(expected, buffers({ a: 'ab', b: 'c' }));
        expectSubscriptions(rx$.subscriptions).toBe('^-----!');
      }),
    );

    it(
      'ends with an empty stream, and waits with a silent one',
      marbles(({ cold, expectObservable }) => {
        expectObservable(readerOf(cold('--|')).data$).toBe('--|');
        expectObservable(readerOf(NEVER).data$).toBe('-');
      }),
    );

    it(
      'starts with what has come already, and ends though the end is over',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-b-|   ', { a: 'ab', b: 'c' });
        const late = '      -------^';
        const expected = '  -------(ab|)';
        expectObservable(readerOf(rx$).data$, late).toBe(expected, buffers({ a: 'ab', b: 'c' }));
      }),
    );

    it(
      'emits what came before a failure first',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-b-#   ', { a: 'ab', b: 'c' }, lost);
        const late = '      -------^ ';
        const reader = readerOf(rx$);
        expectObservable(reader.data$, late).toBe('-------(ab#)', buffers({ a: 'ab', b: 'c' }), lost);
        expectObservable(reader.data$, late).toBe('-------#', undefined, lost);
      }),
    );

    it(
      'leaves to the next reader what it has not emitted when it is unsubscribed',
      marbles(({ expectObservable }) => {
        const reader = readerOf(of('ab', 'c', 'd'));
        expectObservable(reader.data$.pipe(take(2))).toBe('(ab|)', buffers({ a: 'ab', b: 'c' }));
        expectObservable(reader.data$).toBe('              (d|)', buffers({ d: 'd' }));
      }),
    );

    it(
      'is one long read: another waits until it is over',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('   -a-b-a-', { a: 'ab', b: 'cd' });
        const unsub = '      --!    ';
        const reader = readerOf(rx$);
        expectObservable(reader.data$, unsub).toBe('-a     ', buffers({ a: 'ab' }));
        expectObservable(reader.recv$(9)).toBe('    ---(b|)', buffers({ b: 'cd' }));
      }),
    );

    it('leaves their room to reads that follow it, when it waited its turn and is cancelled', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader({ capacity: 4, overflow: () => full });
      reader.recv$(1).subscribe(as('first'));
      const data = reader.data$.subscribe(as('data'));
      reader.read$(10).subscribe(as('third'));
      rx.next('x');
      rx.next('yz');
      data.unsubscribe();
      rx.next('0123456789');
      assert.deepStrictEqual(log, ['first x', 'data yz', 'third 0123456789']);
    });
  });

  describe('lines$', () => {
    it(
      'emits every line as it becomes whole, and the last without its newline',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a--b---c-|   ', { a: 'ab', b: '\nc\n\nd', c: 'ef' });
        const expected = '  ----(abc)-(d|)';
        expectObservable(readerOf(rx$).lines$).toBe(expected, buffers({ a: 'ab\n', b: 'c\n', c: '\n', d: 'def' }));
      }),
    );

    it(
      'ends behind a whole line, and with an empty stream',
      marbles(({ cold, expectObservable }) => {
        expectObservable(readerOf(cold('-a-|', { a: 'ab\n' })).lines$).toBe('-a-|', buffers({ a: 'ab\n' }));
        expectObservable(readerOf(cold('---|')).lines$).toBe('               ---|');
      }),
    );

    it(
      'emits the lines before a failure, and leaves what is not a line to recv',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-#   ', { a: 'ab\ncd' }, lost);
        const late = '      -----^ ';
        const reader = readerOf(rx$);
        expectObservable(reader.lines$).toBe('        -a-#   ', buffers({ a: 'ab\n' }), lost);
        expectObservable(reader.recv$(9), late).toBe('-----(r|)', buffers({ r: 'cd' }));
      }),
    );

    it(
      'leaves the lines to come to the next reader when it is unsubscribed',
      marbles(({ expectObservable }) => {
        const reader = readerOf(of('a\nb\n', 'c\nd'));
        expectObservable(reader.lines$.pipe(take(2))).toBe('(ab|)', buffers({ a: 'a\n', b: 'b\n' }));
        expectObservable(reader.lines$).toBe('              (cd|)', buffers({ c: 'c\n', d: 'd' }));
      }),
    );

    it('emits a hundred thousand lines of one chunk', () => {
      const { reader, rx } = fedReader();
      let lines = 0;
      reader.lines$.subscribe(() => lines++);
      rx.next('a\n'.repeat(100_000));
      assert.equal(lines, 100_000);
    });
  });

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

  describe('a failure of the stream', () => {
    it('fails a read that wants more than there is, and leaves the bytes to a smaller one', () => {
      const { log, as } = heard();
      const errors: unknown[] = [];
      const { reader, rx } = fedReader();
      rx.next('abc');
      reader.read$(4).subscribe({ error: (error: Error) => errors.push(error) });
      reader.read$().subscribe({ error: (error: Error) => errors.push(error) });
      rx.error(lost);
      reader.recv$(2).subscribe(as('recv'));
      reader.read$(1).subscribe(as('read'));
      reader.recv$(1).subscribe({ error: (error: Error) => errors.push(error) });
      assert.deepStrictEqual(
        [log, errors],
        [
          ['recv ab', 'read c'],
          [lost, lost, lost],
        ],
      );
      assert.equal(reader.failure, lost);
    });
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

    it('drops what has not been read, of a stream that has ended too', () => {
      const reader = readerOf(of('abc'));
      reader.close(closed);
      assert.deepStrictEqual([reader.length, reader.failure], [0, closed]);
      assert.throws(() => reader.readNow(), /closed/);
    });
  });

  describe('readable$', () => {
    it(
      'tells whether a read would return at once, and replays it',
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
      'stays true at the end and after a failure, for a read returns at once',
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
      'tells of the end before the bytes are read, and replays it',
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

  describe('the room that the source sees', () => {
    /** A connected reader with a capacity of 8, and what its source is told of the room. */
    function watched(rx$: Observable<string>): { reader: ByteReader; room$: Observable<number> } {
      let seen$: Observable<number> = NEVER;
      const source = (room$: Observable<number>) => {
        seen$ = room$;
        return rx$.pipe(toBytes());
      };
      const reader = new ByteReader(source, { capacity: 8, overflow: () => full });
      reader.connect();
      return { reader, room$: seen$ };
    }

    it(
      'falls with what comes and rises with what a reader wants and takes',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-----b-----|', { a: '01234', b: 'x'.repeat(95) });
        const readSubs = '  ---^          ';
        const read = '      -------(r|)   ';
        const rooms = '     ab-c---a-----e';
        const { reader, room$ } = watched(rx$);
        expectObservable(room$).toBe(rooms, { a: 8, b: 3, c: 103, e: 0 });
        expectObservable(reader.read$(100), readSubs).toBe(read, buffers({ r: `01234${'x'.repeat(95)}` }));
      }),
    );

    it(
      'falls again when the reader goes, who may come back for more',
      marbles(({ cold, expectObservable }) => {
        const rx$ = cold('  -a-------b-', { a: '01234', b: '56789abcde' });
        const readSubs = '  ---^--!    ';
        const againSubs = ' --------^  ';
        const again = '     ---------(r|)';
        const rooms = '     ab-c--b-de ';
        const { reader, room$ } = watched(rx$);
        expectObservable(room$).toBe(rooms, { a: 8, b: 3, c: 103, d: 18, e: 8 });
        expectObservable(reader.read$(100), readSubs).toBe('-');
        expectObservable(reader.read$(15), againSubs).toBe(again, buffers({ r: '0123456789abcde' }));
      }),
    );

    it('never shows more, on the way, than there is when a read is over', () => {
      const rx = new Subject<string>();
      const { reader, room$ } = watched(rx);
      const rooms: number[] = [];
      room$.subscribe((room) => rooms.push(room));
      reader.read$(10).subscribe();
      rx.next('0123456789');
      rx.next('abc');
      assert.deepStrictEqual(rooms, [8, 18, 8, 5]);
    });

    it('was offered: what was asked for then may come when the reader has gone', () => {
      const { log, as } = heard();
      const rx = new Subject<string>();
      const { reader, room$ } = watched(rx);
      room$.subscribe();
      reader.read$(20).subscribe().unsubscribe();
      rx.next('0123456789abcdefghij');
      reader.recv$(99).subscribe(as('recv'));
      assert.deepStrictEqual([log, reader.failure], [['recv 0123456789abcdefghij'], undefined]);
    });

    it('draws a source that gives one byte for each byte of room, and no more', () => {
      let asked = 0;
      const given = new Subject<string>();
      const reader = new ByteReader(
        (room$) =>
          room$.pipe(
            filter((room) => room > 0),
            // One at a time, and from within the change that makes room for it.
            concatMap(() => of(String(asked++ % 10))),
            tap(given),
            toBytes(),
          ),
        { capacity: 4, overflow: () => full },
      );
      reader.connect();
      const { log, as } = heard();
      assert.deepStrictEqual([reader.length, reader.failure], [4, undefined]);
      reader.read$(10).subscribe(as('read'));
      reader.read$(3).subscribe(as('read'));
      assert.deepStrictEqual(log, ['read 0123456789', 'read 012']);
      assert.deepStrictEqual([reader.length, reader.failure], [4, undefined]);
    });
  });

  describe('a reader that acts from within what it hears', () => {
    it('may cause the next chunk', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      reader.data$.pipe(take(3)).subscribe((chunk) => {
        as('data')(chunk);
        rx.next(`${chunk.toString()}+`);
      });
      rx.next('a');
      reader.recv$(9).subscribe(as('recv'));
      assert.deepStrictEqual(log, ['data a', 'data a+', 'data a++', 'recv a+++']);
    });

    it('may read on', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      const readLast = () => reader.recv$(9).subscribe(as('last'));
      const hearInner = (bytes: Buffer) => {
        as('inner')(bytes);
        rx.next('ef');
        readLast();
      };
      const readInner = () => reader.read$(2).subscribe(hearInner);
      reader.recv$(1).subscribe((byte) => {
        as('outer')(byte);
        readInner();
        rx.next('d');
      });
      rx.next('abc');
      assert.deepStrictEqual([log, reader.readNow()?.toString()], [['outer a', 'inner bc', 'last def'], undefined]);
    });

    it('reads on after those who wait already', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      const readOn = () => reader.recv$(1).subscribe(as('nested'));
      reader.recv$(1).pipe(tap(readOn)).subscribe(as('first'));
      reader.recv$(1).subscribe(as('second'));
      rx.next('abc');
      assert.deepStrictEqual(log, ['first a', 'second b', 'nested c']);
    });

    it('may read on where it stops in the middle of a chunk of lines', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      const readOn = () => reader.recv$(9).subscribe(as('recv'));
      reader.lines$.pipe(take(2)).subscribe({
        next: (line) => {
          as('line')(line);
          if (log.length === 1) rx.next('d\n');
        },
        complete: readOn,
      });
      rx.next('a\nb\nc\n');
      assert.deepStrictEqual(log, ['line a\n', 'line b\n', 'recv c\nd\n']);
      assert.equal(reader.readNow(), null);
    });

    it('finds the way free when it hears the end of a read', () => {
      const { reader, rx } = fedReader();
      const taken: (string | undefined)[] = [];
      reader.recv$(1).subscribe({ complete: () => taken.push(reader.readNow()?.toString()) });
      rx.next('abc');
      assert.deepStrictEqual(taken, ['bc']);
    });

    it('may end the stream, or close it', () => {
      const { log, as } = heard();
      const errors: unknown[] = [];
      const { reader, rx } = fedReader();
      reader.recv$(1).subscribe(() => rx.complete());
      reader.read$().subscribe((rest) => {
        as('rest')(rest);
        reader.close(closed);
      });
      reader.recv$(1).subscribe({ next: as('never'), error: (error: Error) => errors.push(error) });
      rx.next('abc');
      assert.deepStrictEqual([log, errors], [['rest bc'], [closed]]);
    });

    it('loses no byte when it is cancelled because the bytes have been taken', () => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      reader.readable$.pipe(switchMap((readable) => (readable ? reader.recv$(9) : NEVER))).subscribe(as('recv'));
      for (const chunk of ['a', 'bc', 'def']) rx.next(chunk);
      assert.deepStrictEqual(log, ['recv a', 'recv bc', 'recv def']);
    });

    it.each(['data$', 'lines$'] as const)('loses no byte of %s that is cancelled so', (stream) => {
      const { log, as } = heard();
      const { reader, rx } = fedReader();
      reader.readable$.pipe(switchMap((readable) => (readable ? reader[stream] : NEVER))).subscribe(as('heard'));
      for (const chunk of ['a\n', 'b\n']) rx.next(chunk);
      assert.deepStrictEqual(log, ['heard a\n', 'heard b\n']);
    });

    it('loses and doubles no byte, whatever it does', () => {
      fc.assert(
        fc.property(fc.array(fc.array(act, { maxLength: 4 }), { maxLength: 25 }), fc.boolean(), (script, bounded) => {
          runNested(script, bounded ? { capacity: 1000 } : {});
        }),
        { numRuns: 3000 },
      );
    });
  });
});

type Act =
  | { kind: 'push'; text: string }
  | { kind: 'recv' | 'read' | 'data' | 'lines' | 'readNow' | 'cancel' | 'cancelWhenEmpty'; count: number }
  | { kind: 'readline' | 'readlineNow' };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('push' as const),
    text: fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 8 }),
  }),
  fc.record({
    kind: fc.constantFrom(...(['recv', 'read', 'data', 'lines', 'readNow', 'cancel', 'cancelWhenEmpty'] as const)),
    count: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constantFrom('readline' as const, 'readlineNow' as const) }),
);

/**
 * Plays a script in which every reader that hears something plays the next scene from within its handler; compares
 * what all have heard, in its order, and what is left, with what was pushed.
 */
function runNested(script: readonly (readonly Act[])[], options: ByteQueueOptions): void {
  const scenes = script.values();
  const rx = new Subject<string>();
  const reader = readerOf(rx, options);
  const readings: Subscription[] = [];
  let pushed = '';
  let taken = '';

  const playNext = () => {
    for (const next of scenes.next().value ?? []) play(next);
  };
  const hear = (bytes: Buffer | null) => {
    taken += bytes?.toString() ?? '';
    playNext();
  };
  const start = (read$: Observable<Buffer>) => readings.push(read$.subscribe(hear));
  const cancel = (count: number) => readings.at(-count)?.unsubscribe();
  const play = (next: Act): void => {
    switch (next.kind) {
      case 'push':
        pushed += next.text;
        rx.next(next.text);
        break;
      case 'recv':
        start(reader.recv$(next.count));
        break;
      case 'read':
        start(reader.read$(next.count));
        break;
      case 'readline':
        start(reader.readline$());
        break;
      case 'data':
        start(reader.data$.pipe(take(next.count)));
        break;
      case 'lines':
        start(reader.lines$.pipe(take(next.count)));
        break;
      case 'readNow':
        hear(reader.readNow(next.count));
        break;
      case 'readlineNow':
        hear(reader.readlineNow());
        break;
      case 'cancel':
        cancel(next.count);
        break;
      case 'cancelWhenEmpty':
        reader.readable$.pipe(filter((readable) => !readable)).subscribe(() => cancel(next.count));
        break;
    }
  };

  script.forEach(playNext);
  for (const reading of readings) reading.unsubscribe();
  taken += reader.readNow()?.toString() ?? '';
  assert.equal(reader.failure, undefined);
  assert.equal(taken, pushed);
}
