import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { strict as assert } from 'node:assert';
import { from, lastValueFrom, of, throwError, toArray } from 'rxjs';

import {
  decodeTelnet,
  escapeIac,
  negotiation,
  subnegotiation,
  type TelnetEvent,
} from '../../../src/transports/rfc2217/telnet';

const broken = new Error('the line broke');
/** COM-PORT has 16 bytes at most, and begins with 101 or 102. */
const longest = (option: number, first: number | undefined) =>
  option === 44 && (first === undefined || first === 101 || first === 102) ? 16 : 0;
const decode = () => decodeTelnet({ longest });

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
    if (event.kind === 'violation') events.push(['violation']);
    else if (event.kind === 'negotiation') events.push([event.verb, event.option]);
    else events.push(['sub', event.option, ...event.bytes]);
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

  it.each<[string, readonly number[], readonly (readonly (string | number)[])[]]>([
    ['that begins no command', [1, 255, 65, 2], [['data', 1], ['violation'], ['data', 65, 2]]],
    ['before an option that there is not', [1, 255, 251, 65, 2], [['data', 1], ['violation'], ['data', 251, 65, 2]]],
    ['before a subnegotiation of none', [255, 250, 7, 2], [['violation'], ['data', 7, 2]]],
    ['before one with another command', [255, 250, 44, 7, 2], [['violation'], ['data', 44, 7, 2]]],
    [
      'before one with another command in it',
      [255, 250, 44, 101, 255, 251, 1],
      [['violation'], ['data', 44, 101], ['WILL', 1]],
    ],
    [
      'before one that does not end',
      [255, 250, 44, 101, ...Buffer.alloc(20)],
      [['violation'], ['data', 44, 101, ...Buffer.alloc(20)]],
    ],
    ['twice', [255, 1, 255, 2], [['violation'], ['data', 1], ['violation'], ['data', 2]]],
  ])('tells of a 255 %s, takes no more than a few bytes for it, and goes on', (_name, bytes, expected) => {
    const stream = Uint8Array.from([...bytes, ...negotiation('WILL', 3), ...Buffer.from('z')]);
    const all = [...expected, ['WILL', 3], ['data', 122]];
    expect(eventsOf([stream])).toEqual(all);
    for (const chunks of cutEverywhere(stream)) expect(eventsOf(chunks)).toEqual(all);
  });

  it('loses three bytes at most for each 255 in data that was not doubled, besides what has the form of a command', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(255, 250, 251, 240, 44, 101, 65, 0), { maxLength: 300 }), (bytes) => {
        const events = eventsOf([Uint8Array.from(bytes)]) as (string | number)[][];
        const passed = events.reduce((sum, [kind, ...data]) => (kind === 'data' ? sum + data.length : sum), 0);
        const ended = events.filter(([kind]) => kind === 'sub').length;
        const marks = bytes.filter((byte) => byte === 255).length;
        // One more may not have ended yet.
        expect(bytes.length - passed).toBeLessThanOrEqual(3 * marks + 17 * (ended + 1));
      }),
    );
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
    throwError(() => broken)
      .pipe(operator)
      .subscribe(observer);
    expect(log).toEqual(['end', { kind: 'data', bytes: Buffer.of(251) }, 'end', broken]);
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
