import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, filter, NEVER, type Observable, of, Subject, tap } from 'rxjs';

import { ByteReader } from '../../../../src/streams';
import { buffers, marbles, toBytes } from '../../../../harness/time/marbles';
import { heard } from './readers';

const full = new Error('queue full');

describe('the room that the source of a ByteReader sees', () => {
  /** A connected reader with a capacity of 8, and the room that its source sees. */
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
    'falls when bytes arrive, and rises with what a reader demands and takes',
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
    'falls again when the reader is unsubscribed, and rises when it reads on',
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

  it('never shows more room for a moment than there is after a read', () => {
    const rx = new Subject<string>();
    const { reader, room$ } = watched(rx);
    const rooms: number[] = [];
    room$.subscribe((room) => rooms.push(room));
    reader.read$(10).subscribe();
    rx.next('0123456789');
    rx.next('abc');
    assert.deepStrictEqual(rooms, [8, 18, 8, 5]);
  });

  it('stays valid once it was emitted, even when the reader has gone', () => {
    const { log, as } = heard();
    const rx = new Subject<string>();
    const { reader, room$ } = watched(rx);
    room$.subscribe();
    reader.read$(20).subscribe().unsubscribe();
    rx.next('0123456789abcdefghij');
    reader.recv$(99).subscribe(as('recv'));
    assert.deepStrictEqual([log, reader.failure], [['recv 0123456789abcdefghij'], undefined]);
  });

  it('asks a source for as many bytes as there is room for, and no more', () => {
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
