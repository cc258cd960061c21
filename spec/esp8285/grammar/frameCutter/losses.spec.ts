import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { CollectingCutter, latin1 } from '../../../../harness/modems/frames';

/** What a modem says between data, whole and certain, or news. */
const between = fc.constantFrom(
  '',
  '\r\nOK\r\n',
  '\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n',
  '\r\n4,12,SEND OK\r\n',
  '\r\n3,7,SEND FAIL\r\n',
  '2,CONNECT\r\n',
  '2,CLOSED\r\n',
  'WIFI GOT IP\r\n',
  '+CIPSTATUS:1,"TCP","192.0.2.1",80,51234,0\r\n',
);
/** Text that is as lines are, binary, and what looks like a modem's own words. */
const payloads = fc
  .array(
    fc.constantFrom(
      ...[
        'one: the first line\r\n',
        'the other, 1',
        'two, the end',
        '\r\n',
        '4',
        'OK',
        'GET / HTTP/1.1\r\n',
        '{"t":21.5}',
      ],
      ...['Host: example.net\r\n', '\x00\xff\x80', 'hello', '<p>Text</p>\n', 'AB CD', 'x'.repeat(70)],
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(''))
  .filter((data) => !isCutUnnoticed(data));
const blocks = fc.record({ link: fc.integer({ min: 3, max: 4 }), data: payloads, before: between });

/**
 * What cannot be noticed: the length that is left is that of a beginning which ends in front of a line end, or where a text
 * seldom goes on, between a small letter and a capital.
 */
function isCutUnnoticed(data: string): boolean {
  const whole = String(data.length);
  const left = Array.from(whole).flatMap((_, from) =>
    Array.from(whole).map((__, size) => Number(whole.slice(0, from) + whole.slice(from + size + 1))),
  );
  return left.some((size) => /^[\r\n]/.test(data.slice(size)) || /^[a-z][A-Z]/.test(data.slice(size - 1)));
}

/** Whether what the links have had by then is what was sent, as far as nothing was said against it. */
function check(sent: readonly { readonly link: number; readonly data: string }[], printed: Buffer): string | undefined {
  const cutter = new CollectingCutter({ prompt: false, reading: undefined, numbersLinks: true, discards: 0 });
  const received = ['', '', '', '', ''];
  const doubted = new Set<number>();
  const frames = [...cutter.push(printed), ...cutter.settle(), ...cutter.giveUp()];
  for (const frame of frames) {
    if (frame.kind === 'block' && !doubted.has(frame.link)) {
      received[frame.link] = `${received[frame.link] ?? ''}${frame.bytes.toString('latin1')}`;
    }
    if (frame.kind === 'block' && frame.link < 3) for (const link of [3, 4]) doubted.add(link);
    if (frame.kind === 'damage' && frame.link !== undefined) doubted.add(frame.link);
    const isForAll = frame.kind === 'notice' || (frame.kind === 'damage' && frame.others);
    if (frame.kind === 'fragment' || frame.kind === 'noise' || isForAll) for (const link of [3, 4]) doubted.add(link);
  }
  for (const link of [3, 4]) {
    const whole = sent.filter((block) => block.link === link).map(({ data }) => data);
    const got = received[link] ?? '';
    if (!whole.join('').startsWith(got)) return `link ${link} has had ${JSON.stringify(got)}`;
    if (!doubted.has(link) && got !== whole.join(''))
      return `link ${link} misses something after ${JSON.stringify(got)}`;
  }
  return undefined;
}

describe('a run of bytes that the line loses from pushed data', () => {
  it.each([1, 2, 3])('%d: each link has had a true beginning, and nothing is missing without a word', (lost) => {
    fc.assert(
      fc.property(fc.array(blocks, { minLength: 1, maxLength: 4 }), fc.nat(), (sent, place) => {
        const said = sent.map(({ link, data, before }) => `${before}\r\n+IPD,${link},${data.length}:${data}`).join('');
        const whole = latin1(`${said}3,CLOSED\r\n4,CLOSED\r\n`);
        assert.strictEqual(check(sent, whole), undefined);
        const at = place % whole.length;
        const printed = Buffer.concat([whole.subarray(0, at), whole.subarray(at + lost)]);
        const found = check(sent, printed);
        assert.strictEqual(found, undefined, `${found} of ${JSON.stringify(printed.toString('latin1'))}`);
      }),
      // The same runs each time, because one loss in some ten thousand happens to end where a message begins, and then nobody
      // can notice it.
      { seed: 1, numRuns: 4_000 },
    );
  });
});
