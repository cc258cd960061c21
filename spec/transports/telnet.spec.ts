import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { strict as assert } from 'node:assert';
import { concatWith, from, lastValueFrom, of, throwError, toArray, NEVER, type Observable } from 'rxjs';

import { decodeTelnet, escapeIac, negotiation, subnegotiation, type TelnetEvent } from '../../src/transports/telnet';

const tooLong = new Error('too long');
const decode = () => decodeTelnet({ maxLength: 16, overflow: () => tooLong });

/** The events of some chunks, with neighbouring data in one piece. */
function eventsOf(chunks: readonly Uint8Array[]): unknown[] {
  const events: unknown[] = [];
  let text: number[] = [];
  const flush = () => {
    if (text.length > 0) events.push(['data', ...text]);
    text = [];
  };
  const show = (event: TelnetEvent) => {
    if (event.kind === 'data') {
      text.push(...event.bytes);
      return;
    }
    flush();
    events.push(
      event.kind === 'negotiation' ? [event.verb, event.option] : ['sub', event.option, ...Buffer.from(event.bytes)],
    );
  };
  from(chunks).pipe(decode()).subscribe(show);
  flush();
  return events;
}

const cutEverywhere = (bytes: Uint8Array) =>
  Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)] as const);

describe('decodeTelnet', () => {
  const stream = Buffer.concat([
    Buffer.from('ab'),
    negotiation('WILL', 0),
    escapeIac(Buffer.from([1, 255, 255, 2])),
    subnegotiation(44, Buffer.from([101, 255, 240, 250, 0])),
    Buffer.from([255, 241]), // NOP
    negotiation('DONT', 255),
    Buffer.from([255, 255]),
    Buffer.from([255, 240]), // an end without a beginning
    Buffer.from('z'),
  ]);
  const told = [
    ['data', 97, 98],
    ['WILL', 0],
    ['data', 1, 255, 255, 2],
    ['sub', 44, 101, 255, 240, 250, 0],
    ['DONT', 255],
    ['data', 255, 122],
  ];

  it('takes data and commands apart', () => expect(eventsOf([stream])).toEqual(told));

  it('does so for each cut in two, and byte by byte', () => {
    for (const chunks of cutEverywhere(stream)) expect(eventsOf(chunks)).toEqual(told);
    expect(eventsOf(Array.from(stream, (byte) => Buffer.of(byte)))).toEqual(told);
  });

  it('gives back whatever was escaped, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.nat(200), (parts, cut) => {
        const bytes = Buffer.concat(parts);
        const sent = escapeIac(bytes);
        const expected = bytes.length === 0 ? [] : [['data', ...bytes]];
        expect(eventsOf([sent.subarray(0, cut), sent.subarray(cut)])).toEqual(expected);
      }),
    );
  });

  it('passes data on without copying', async () => {
    const chunk = Buffer.from('xx\xff\xf1yy', 'latin1');
    const events = await lastValueFrom(of(chunk).pipe(decode(), toArray()));
    for (const event of events) {
      assert(event.kind === 'data');
      expect(event.bytes.buffer).toBe(chunk.buffer);
    }
    expect(events).toHaveLength(2);
  });

  it('errors when a subnegotiation does not end', () => {
    const errors: unknown[] = [];
    const endless$: Observable<Uint8Array> = of(Buffer.from([255, 250, 44, 101])).pipe(
      concatWith(of(Buffer.alloc(10), Buffer.alloc(10)), NEVER),
    );
    endless$.pipe(decode()).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([tooLong]);
  });

  it('keeps the state of two sources apart, and passes the end and the error on', () => {
    const operator = decode();
    const log: unknown[] = [];
    const observer = {
      next: (event: unknown) => log.push(event),
      error: (error: unknown) => log.push(error),
      complete: () => log.push('end'),
    };
    of(Buffer.of(255)).pipe(operator).subscribe(observer);
    of(Buffer.of(251)).pipe(operator).subscribe(observer);
    throwError(() => tooLong)
      .pipe(operator)
      .subscribe(observer);
    expect(log).toEqual(['end', { kind: 'data', bytes: Buffer.of(251) }, 'end', tooLong]);
  });
});

describe('escapeIac', () => {
  it('gives bytes without 255 back as they are', () => {
    const bytes = Buffer.from('AT\r\n');
    expect(escapeIac(bytes)).toBe(bytes);
  });

  it.each([
    [[255], [255, 255]],
    [
      [255, 255],
      [255, 255, 255, 255],
    ],
    [
      [1, 255, 2],
      [1, 255, 255, 2],
    ],
  ])('doubles each 255 of %p', (bytes, escaped) => {
    expect([...escapeIac(Uint8Array.from(bytes))]).toEqual(escaped);
  });
});
