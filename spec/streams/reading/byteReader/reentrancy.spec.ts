import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { filter, NEVER, type Observable, Subject, type Subscription, switchMap, take, tap } from 'rxjs';

import type { ByteQueueOptions } from '../../../../src/streams';
import { fedReader, heard, readerOf } from './readers';

const closed = new Error('closed');

describe('a subscriber that acts on a ByteReader from within what it hears', () => {
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

  it('is served after the reads that wait already when it reads on', () => {
    const { log, as } = heard();
    const { reader, rx } = fedReader();
    const readOn = () => reader.recv$(1).subscribe(as('nested'));
    reader.recv$(1).pipe(tap(readOn)).subscribe(as('first'));
    reader.recv$(1).subscribe(as('second'));
    rx.next('abc');
    assert.deepStrictEqual(log, ['first a', 'second b', 'nested c']);
  });

  it('may read on after it has stopped in the middle of a chunk of lines', () => {
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

  it('can read at once when it hears the end of a read', () => {
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

  it('is not told that bytes can be read that a read waits for, whoever was first to subscribe', () => {
    const { log, as } = heard();
    const { reader, rx } = fedReader();
    reader.readable$.subscribe((readable) => log.push(`first ${readable}`));
    reader.recv$(9).subscribe(as('recv'));
    reader.readable$.subscribe((readable) => log.push(`second ${readable}`));
    rx.next('a');
    assert.deepStrictEqual(log, ['first false', 'second false', 'recv a']);
    rx.next('b');
    assert.deepStrictEqual(log.slice(3), ['first true', 'second true']);
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

  it('loses no byte and repeats none, whatever it does', () => {
    fc.assert(
      fc.property(fc.array(fc.array(act, { maxLength: 4 }), { maxLength: 25 }), fc.boolean(), (script, bounded) => {
        runNested(script, bounded ? { capacity: 1000 } : {});
      }),
      { numRuns: 3000 },
    );
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
