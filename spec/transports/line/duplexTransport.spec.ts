import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { EMPTY, mergeMap, type Observable, retry } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { nextTurn } from '../../../harness/time/turns';
import { duplexTransport, type DuplexTransportOptions } from '../../../src/transports/line/duplexTransport';

const unplugged = new Error('unplugged');
const chunks = { a: Buffer.from('a'), b: Buffer.from('b') };
const states = { y: true, n: false };

/** The error of the line, with the reason. */
const failure = (cause?: Error): Error =>
  new Error(`the line is lost: ${cause === undefined ? 'it has ended' : String(cause)}`);
const [lost, ended] = [failure(unplugged), failure()];

/** A stream with room for 4 bytes. It keeps the bytes that are written until they are taken. */
class SlowDuplex extends Duplex {
  readonly written: string[] = [];
  private taken: ((error?: Error) => void) | undefined;

  constructor() {
    super({ writableHighWaterMark: 4, emitClose: true });
  }

  /** The line takes the bytes of the oldest write, or fails. */
  finishWrite(error?: Error): void {
    const { taken } = this;
    this.taken = undefined;
    taken?.(error);
  }

  override _read(): void {
    // Chunks are pushed from outside.
  }

  override _write(bytes: Buffer, _: BufferEncoding, callback: (error?: Error) => void): void {
    this.written.push(String(bytes));
    this.taken = callback;
  }
}

function transportOver(duplex: Duplex, options: Partial<DuplexTransportOptions> = {}) {
  const parts = { name: 'line', opened: 'open', flowControl: false, longestPause: 100, failure } as const;
  return duplexTransport({ ...parts, duplex, release: () => EMPTY, ...options });
}

/** Has a stream emit the events of a diagram. */
function emitting(
  duplex: Duplex,
  events$: Observable<string>,
  names: Record<string, readonly [string, unknown?]>,
): void {
  events$.subscribe((name) => duplex.emit(...(names[name] ?? assert.fail(name))));
}

describe('the bytes that a duplexTransport receives', () => {
  it.each<[string, readonly [string, unknown?], Error]>([
    ['fails', ['error', unplugged], lost],
    ['is ended by the other side', ['end'], ended],
    ['is closed', ['close'], ended],
    // Node.js passes on whether there was an error.
    ['is closed after an error', ['close', true], ended],
  ])('are the chunks as they are, until the stream %s', (_, event, error) => {
    marbles(({ hot, expectObservable, flush }) => {
      const duplex = new SlowDuplex();
      const { received$ } = transportOver(duplex);
      const before = duplex.eventNames().length;
      emitting(duplex, hot('           -a-b-x-a'), { a: ['data', chunks.a], b: ['data', chunks.b], x: event });
      expectObservable(received$).toBe('-a-b-#', chunks, error);
      flush();
      assert.equal(duplex.eventNames().length, before);
    })();
  });

  it(
    'are listened to while there is a subscriber, and an error after that ends no process',
    marbles(({ hot, expectObservable, flush }) => {
      const duplex = new SlowDuplex();
      const { received$ } = transportOver(duplex);
      emitting(duplex, hot('                 -a-b-e'), {
        a: ['data', chunks.a],
        b: ['data', chunks.b],
        e: ['error', unplugged],
      });
      expectObservable(received$, '^-!').toBe('-a-', chunks);
      flush();
      assert.deepStrictEqual(duplex.listenerCount('data'), 0);
    }),
  );

  it('reach their end although nobody reads any more', async () => {
    const duplex = new SlowDuplex();
    transportOver(duplex).received$.subscribe().unsubscribe();
    const end = once(duplex, 'end');
    duplex.push('a');
    duplex.push(null);
    await end;
    assert.equal(duplex.readableEnded, true);
    duplex.destroy();
  });

  it('are the buffers of the stream, without a copy', async () => {
    const duplex = new SlowDuplex();
    const received = new Promise((resolve) =>
      transportOver(duplex).received$.subscribe({ next: resolve, error: () => undefined }),
    );
    duplex.push(chunks.a);
    assert.strictEqual(await received, chunks.a);
    duplex.destroy();
  });
});

describe('whether a duplexTransport can be written to', () => {
  it(
    'is told when the stream is open, full, and drained, and to late subscribers only after that',
    marbles(({ cold, hot, expectObservable, flush }) => {
      const duplex = new SlowDuplex();
      const transport = transportOver(duplex);
      const before = duplex.eventNames().length;
      emitting(duplex, hot('           --o-----', { o: 'o' }), { o: ['open'] });
      cold('                           ---s')
        .pipe(mergeMap(() => transport.send(Buffer.from('12345'))))
        .subscribe();
      cold('                           -----t').subscribe(() => duplex.finishWrite());
      expectObservable(transport.writable$, '    ^------!').toBe('--yn-y--', states);
      expectObservable(transport.writable$, '    ^-!').toBe('     ---', states);
      flush();
      assert.equal(duplex.eventNames().length, before);
    }),
  );

  it(
    'waits for the event of a socket where the stream is one',
    marbles(({ hot, expectObservable }) => {
      const duplex = new SlowDuplex();
      const { writable$ } = transportOver(duplex, { opened: 'connect' });
      emitting(duplex, hot('          -o-c'), { o: ['open'], c: ['connect'] });
      expectObservable(writable$).toBe('---y', states);
    }),
  );
});

describe('what a duplexTransport sends', () => {
  it(
    'is written on subscription, and over when the system has it',
    marbles(({ cold, expectObservable, flush }) => {
      const duplex = new SlowDuplex();
      const transport = transportOver(duplex);
      const [first$, second$] = [transport.send(Buffer.from('one')), transport.send(Buffer.from('two'))];
      assert.deepStrictEqual(duplex.written, []);
      cold('                        --t-t').subscribe(() => duplex.finishWrite());
      expectObservable(first$).toBe('--|');
      expectObservable(second$).toBe('----|');
      flush();
      assert.deepStrictEqual(duplex.written, ['one', 'two']);
    }),
  );

  it('fails with the error of the line', async () => {
    const duplex = new SlowDuplex();
    const outcome = new Promise((resolve) =>
      transportOver(duplex)
        .send(Buffer.from('a'))
        .subscribe({ error: resolve, complete: () => resolve('sent') }),
    );
    duplex.finishWrite(unplugged);
    assert.deepStrictEqual(await outcome, lost);
  });

  it('does not count as sent when the stream is destroyed: the error of the line follows', async () => {
    const duplex = new SlowDuplex();
    let isSent = false;
    transportOver(duplex)
      .send(Buffer.from('a'))
      .subscribe({ complete: () => (isSent = true), error: () => undefined });
    const closed = once(duplex, 'close');
    duplex.destroy();
    duplex.finishWrite();
    await closed;
    assert.ok(!isSent);
  });
});

describe('what a duplexTransport writes past its stream', () => {
  it('is as much as there is room for; the rest goes through the stream, and nothing overtakes it', async () => {
    const duplex = new SlowDuplex();
    const past: string[] = [];
    const room = 3;
    const writeNow = (bytes: Uint8Array): number => {
      past.push(String(bytes.subarray(0, room)));
      return Math.min(room, bytes.length);
    };
    const transport = transportOver(duplex, { writeNow });
    const ended: string[] = [];
    const send = (text: string) => transport.send(Buffer.from(text)).subscribe({ complete: () => ended.push(text) });
    send('one');
    send('three');
    send('two');
    assert.deepStrictEqual([past, duplex.written, ended], [['one', 'thr'], ['ee'], ['one']]);
    duplex.finishWrite();
    await nextTurn();
    duplex.finishWrite();
    await nextTurn();
    send('six');
    assert.deepStrictEqual(
      [past, duplex.written],
      [
        ['one', 'thr', 'six'],
        ['ee', 'two'],
      ],
    );
    assert.deepStrictEqual(ended, ['one', 'three', 'two', 'six']);
    duplex.destroy();
  });

  it('fails with the line, and is not tried again on a line that is lost', async () => {
    const duplex = new SlowDuplex();
    let tries = 0;
    const writeNow = (): number => {
      tries++;
      throw unplugged;
    };
    const transport = transportOver(duplex, { writeNow });
    const reading = new Promise((resolve) => transport.received$.subscribe({ error: resolve }));
    const writing = new Promise((resolve) =>
      transport
        .send(Buffer.from('a'))
        .pipe(retry(5))
        .subscribe({ error: resolve, complete: () => resolve('sent') }),
    );
    assert.deepStrictEqual(await reading, lost);
    assert.match(String(await writing), /the line is lost/);
    assert.deepStrictEqual([tries, duplex.written], [1, []]);
  });
});

describe('a duplexTransport', () => {
  it('is held by a line with flow control only', () => {
    const duplex = new SlowDuplex();
    assert.equal(transportOver(duplex).hold, undefined);
    const { hold } = transportOver(duplex, { flowControl: true });
    const flowing = [true, false].map((isHeld) => {
      hold?.(isHeld);
      return duplex.readableFlowing;
    });
    assert.deepStrictEqual(flowing, [false, true]);
    duplex.destroy();
  });

  it(
    'passes on what the line can do, and how it is released',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release$ = cold<never>('--|');
      const given = {
        name: '/dev/ttyUSB0',
        longestPause: 100,
        expect: () => undefined,
        reference: () => undefined,
        advice: { loss: 'lower the baud rate', silence: 'look at the cable' },
      };
      const transport = transportOver(new SlowDuplex(), { ...given, release: () => release$ });
      const { name, longestPause, expect, reference, advice } = transport;
      assert.deepStrictEqual({ name, longestPause, expect, reference, advice }, given);
      expectObservable(transport.release()).toBe('             --|');
      expectSubscriptions(release$.subscriptions).toBe('^-!');
    }),
  );
});
