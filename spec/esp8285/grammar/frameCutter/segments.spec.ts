import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { CollectingCutter, framesOf, joined, latin1 } from '../../../../harness/modems/frames';

const ok = { kind: 'final', result: 'OK' };
const prompt = { kind: 'prompt' };
const numbers = /^\d+,\d+$/;
const line = (text: string) => ({ kind: 'line', text });
const segment = (link: number, number: number, isOk = true) => ({ kind: 'segment', link, segment: number, ok: isOk });
const block = (data: string) => ({ kind: 'block', link: 1, length: data.length, data });

describe('segments', () => {
  it('S33 have a number before their prompt, and a result with that number', () => {
    assert.deepStrictEqual(framesOf('2,1\r\n\r\nOK\r\n> \r\nRecv 4 bytes\r\n\r\n0,2,SEND OK\r\n', { numbers }), [
      line('2,1'),
      ok,
      prompt,
      { kind: 'taken', length: 4 },
      segment(0, 2),
    ]);
  });

  it('have results at any place between other messages', () => {
    const printed = '\r\n+IPD,1,3:abc\r\n4,7,SEND OK\r\n3,2\r\n\r\n4,8,SEND FAIL\r\n\r\nOK\r\n> \r\n+IPD,1,2:de';
    assert.deepStrictEqual(framesOf(printed, { numbers }), [
      block('abc'),
      segment(4, 7),
      line('3,2'),
      segment(4, 8, false),
      ok,
      prompt,
      block('de'),
    ]);
  });

  it('have their number directly after pushed data', () => {
    assert.deepStrictEqual(framesOf('\r\n+IPD,1,3:ABC3,2\r\n\r\nOK\r\n> ', { numbers }), [
      block('ABC'),
      line('3,2'),
      ok,
      prompt,
    ]);
  });

  it('have the status of their buffer in a line of five numbers', () => {
    const status = { numbers: /^\d+(?:,\d+){4}$/ };
    assert.deepStrictEqual(framesOf('20,15,10,200,7\r\n\r\nOK\r\n', status), [line('20,15,10,200,7'), ok]);
  });

  it('are not waited for: a line of two numbers is what is left of a notice', () => {
    assert.deepStrictEqual(framesOf('1,0\r\n'), [{ kind: 'fragment', text: '1,0' }]);
  });

  it('show it when a byte of data is lost before a result, wherever the chunks are cut', () => {
    const data = fc.constantFrom('the end.', 'AB', 'a line\r\n', '4', 'x4,', '1,2');
    const property = fc.property(data, fc.nat(60), fc.nat(60), (text, at, cutAt) => {
      const printed = latin1(`\r\n+IPD,1,${text.length}:${text}\r\n4,12,SEND OK\r\n\r\n+IPD,1,1:!`);
      const from = at % printed.length;
      const damaged = Buffer.concat([printed.subarray(0, from), printed.subarray(from + 1)]);
      const cutter = new CollectingCutter({ prompt: false, reading: undefined, numbersLinks: true, discards: 0 });
      const middle = cutAt % damaged.length;
      const frames = [...cutter.push(damaged.subarray(0, middle)), ...cutter.push(damaged.subarray(middle))];
      const shown = [...frames, ...cutter.settle(), ...cutter.giveUp()].map(joined);
      let received = '';
      for (const frame of shown) {
        // A notice of a link whose data are pushed is a header that was cut short.
        if (['damage', 'fragment', 'noise', 'notice'].includes(frame.kind)) return;
        if (frame.kind === 'block') received += frame.data;
      }
      assert.equal(received, `${text}!`);
    });
    fc.assert(property, { seed: 1, numRuns: 2000 });
  });
});
