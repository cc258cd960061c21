import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { ByteReader } from '../../../../src/streams';
import { buffers, marbles } from '../../../../harness/time/marbles';
import { cases, notSizes } from '../cases';
import { play } from '../cases/play';
import { fedReader, heard, readerOf } from './readers';

const full = new Error('queue full');

describe.each(Object.entries(cases))('reads of a ByteReader: %s', (_, rows) => {
  for (const row of rows) {
    it(
      row.title,
      play(row, (rx$) => {
        const reader = new ByteReader(() => rx$, row.capacity === undefined ? {} : { capacity: row.capacity });
        reader.connect();
        return {
          recv: (size) => reader.recv$(size),
          peek: (size, least) => reader.peek$(size, least),
          read: (size) => reader.read$(size),
          readinto: (target, size) => reader.readinto$(target, size),
          readline: (size) => reader.readline$(size),
          data: () => reader.data$,
          lines: () => reader.lines$,
          left: () => (reader.length > 0 ? String(reader.readNow()) : ''),
          failure: () => reader.failure,
        };
      }),
    );
  }
});

describe('reads of a ByteReader', () => {
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

  it('still have room when data$ waited its turn before them and was cancelled', () => {
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

  it('emit a hundred thousand lines of one chunk', () => {
    const { reader, rx } = fedReader();
    let lines = 0;
    reader.lines$.subscribe(() => lines++);
    rx.next('a\n'.repeat(100_000));
    assert.equal(lines, 100_000);
  });

  it.each(notSizes)('refuse %d as a size at the call', (size) => {
    const { reader } = fedReader();
    for (const read of ['recv$', 'peek$', 'read$', 'readline$'] as const)
      expect(() => reader[read](size)).toThrow(RangeError);
    expect(() => reader.readinto$(Buffer.alloc(1), size)).toThrow(RangeError);
  });
});
