import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { from, toArray } from 'rxjs';

import { cutFrames } from '../../../../src/esp8285/grammar/cutFrames';
import { cut, joined, latin1 } from '../../../../harness/modems/frames';
import { marbles } from '../../../../harness/time/marbles';

/** What a modem says in two sessions, one of each generation: every kind of frame, every glueing that was seen. */
const session =
  '\0AT+CIPSEND=0,1,CONNECT\r\n98\r\r\n\r\nOK\r\n> \r\n+IPD,1,3:abc\r\nRecv 98 bytes\r\n\r\n+IPD,1,2:de\r\nSEND OK\r\n\r\n1,3,SEND OK\r\n' +
  '\r\n+IPD,0,33:\r\nOK\r\n+IPD,1,5:hello\r\n0,CLOSED\r\n>\r\n+IPD,0,2,192.168.1.3,5285:hi0,CLOSED\r\nSEND FAIL\r\n' +
  '\r\n+CIPRECVDATA,4:\0\r\n>\r\nOK\r\n\r\nbusy p...\r\n\r\n+IPD,2,75\r\n\x1e|\0\x92b\x9c>\xf3\n\xfe+\xc6ready\r\n' +
  'AT version:2.2.2.0(6cdf453)\r\n\r\nOK\r\n\r\n>\r\n+IPD,4,2,"10.0.0.1",80:ok+CIPRECVDATA:3,+IPWIFI GOT IP\r\n' +
  '+CWJAP:"my "best" net","02:00:00:00:00:01",6,-52\r\n\r\nERROR\r\n';

const texts = fc.oneof(
  fc.constantFrom('\r\nOK\r\n', '+IPD,', '\r\n+IPD,0,5:', '>', '> ', '\0', 'busy p...\r\n', '\r', '\n', '0,CLOSED\r\n'),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 12 }),
);
const payloads = fc.array(texts, { maxLength: 4 }).map((parts) => parts.join(''));
const blocks = fc
  .record({
    data: payloads,
    header: fc.constantFrom(
      (length: number) => `\r\n+IPD,${length}:`,
      (length: number) => `\r\n+IPD,3,${length}:`,
      (length: number) => `\r\n+IPD,0,${length},10.0.0.1,80:`,
      (length: number) => `\r\n+IPD,4,${length},"fe80::1",5285:`,
      (length: number) => `\r\n+CIPRECVDATA,${length}:`,
      (length: number) => `+CIPRECVDATA:${length},`,
    ),
  })
  .map(({ header, data }) => header(data.length) + data);
const lines = fc.constantFrom(
  ...[
    '\r\nOK\r\n',
    '\r\nERROR\r\n',
    '\r\nOK\r\n> ',
    '\r\n>',
    '\r\nbusy s...\r\n',
    '\r\nRecv 5 bytes\r\n',
    '\r\nSEND OK\r\n',
    '\r\n4,12,SEND OK\r\n',
    '\r\n3,7,SEND FAIL\r\n',
  ],
  ...[
    '1,CONNECT\r\n',
    '4,CLOSED\r\n',
    '\r\n+IPD,2,99\r\n',
    'WIFI GOT IP\r\n',
    '\r\nready\r\n',
    'no ip\r\n',
    'to read 5 bytes\r\n',
  ],
);
// Behind a line: behind a block it would be the block's own damage.
const overlong = fc.integer({ min: 1000, max: 1100 }).map((length) => `\r\nOK\r\n${'x'.repeat(length)}\r\n`);
const streams = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: lines }, { weight: 5, arbitrary: blocks }, { weight: 1, arbitrary: overlong }),
    { maxLength: 12 },
  )
  .map((parts) => latin1(parts.join('')));
const cuts = fc.array(fc.nat(400), { maxLength: 20 });

function chunksOf(stream: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...at].sort((one, other) => one - other);
  return [...ends, stream.length].map((end, index) => stream.subarray(ends[index - 1] ?? 0, end));
}

function oneByOne(stream: Buffer): Buffer[] {
  return Array.from(stream, (_, at) => stream.subarray(at, at + 1));
}

describe('chunking', () => {
  it('makes no difference to what a modem says, whatever the bytes of its blocks and the cuts', () => {
    fc.assert(
      fc.property(streams, cuts, (stream, at) => {
        assert.deepStrictEqual(cut(chunksOf(stream, at)).map(joined), cut([stream]).map(joined));
      }),
      { numRuns: 12_000 },
    );
  });

  it('makes no difference to what a modem says, one byte at a time', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        assert.deepStrictEqual(cut(oneByOne(stream)).map(joined), cut([stream]).map(joined));
      }),
      { numRuns: 3_000 },
    );
  });

  it('makes no difference to a session, at every cut in two and one byte at a time', () => {
    const stream = latin1(session);
    const whole = cut([stream]).map(joined);
    assert.deepStrictEqual(
      whole.map(({ kind }) => kind).join(' '),
      'opened final prompt block taken block sent segment block block closed sent block final busy notice fragment booted ' +
        'line final prompt block block wifi line final',
    );
    for (let at = 0; at <= stream.length; at++) assert.deepStrictEqual(cut(chunksOf(stream, [at])).map(joined), whole);
    assert.deepStrictEqual(cut(oneByOne(stream)).map(joined), whole);
  });

  it('loses no byte of a payload and adds none', () => {
    fc.assert(
      fc.property(payloads, cuts, (data, at) => {
        const stream = latin1(`\r\n+IPD,1,${data.length}:${data}\r\nOK\r\n`);
        const [block, ...rest] = cut(chunksOf(stream, at));
        assert.ok(block?.kind === 'block');
        assert.deepStrictEqual(block.bytes, latin1(data));
        assert.deepStrictEqual(rest, [{ kind: 'final', result: 'OK' }]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('makes frames of a stream as an operator, for each subscription anew', () => {
    const frames$ = from(oneByOne(latin1('\r\n+IPD,1,3:abc\r\nOK'))).pipe(
      cutFrames({ prompt: false, reading: undefined, discards: 0 }),
      toArray(),
    );
    const kinds: string[][] = [];
    for (let times = 0; times < 2; times++) frames$.subscribe((frames) => kinds.push(frames.map(({ kind }) => kind)));
    assert.deepStrictEqual(kinds, [['block'], ['block']]);
  });

  it(
    'hands on the end and the failure of the line, and lets go of it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lost = new Error('unplugged');
      const bytes = { a: latin1('O'), b: latin1('K\r') };
      const rx$ = cold('      --a--b--#', bytes, lost);
      const unsubscribed = '  ---!     ';
      const operator = cutFrames({ prompt: false, reading: undefined, discards: 0 });
      expectObservable(rx$.pipe(operator)).toBe('--------#', {}, lost);
      expectObservable(rx$.pipe(operator), unsubscribed).toBe('----');
      expectSubscriptions(rx$.subscriptions).toBe(['^-------!', '^--!']);
    }),
  );
});
