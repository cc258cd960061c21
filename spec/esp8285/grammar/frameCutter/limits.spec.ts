import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { CollectingCutter, cut, framesOf, joined, latin1 } from '../../../../harness/modems/frames';

const ok = { kind: 'final', result: 'OK' };

describe('limits', () => {
  it('takes a line of 1024 bytes, its \\r included, and calls a longer one noise', () => {
    const longest = 'x'.repeat(1023);
    assert.deepStrictEqual(framesOf(`${longest}\r\nOK\r\n`), [{ kind: 'fragment', text: longest }, ok]);
    assert.deepStrictEqual(framesOf(`${longest}y\r\nOK\r\n`), [{ kind: 'noise', length: 1025 }, ok]);
  });

  it('counts an over-long line as one noise, in whatever chunks it comes', () => {
    const chunks = ['x'.repeat(700), 'x'.repeat(700), '+IPD,0,5:', '>', 'x\n', '\r\nOK\r\n'].map(latin1);
    assert.deepStrictEqual(cut(chunks), [{ kind: 'noise', length: 1411 }, ok]);
  });

  it('holds no more than a line of an endless one', () => {
    const cutter = new CollectingCutter({ prompt: false, reading: undefined, discards: 0 });
    for (let chunk = 0; chunk < 1000; chunk++) assert.deepStrictEqual([...cutter.push(Buffer.alloc(1024, 'x'))], []);
    assert.ok(cutter.heldBytes <= 1024);
    assert.deepStrictEqual([...cutter.push(latin1('\n'))], [{ kind: 'noise', length: 1_024_000 }]);
  });

  it('takes a block of 8192 bytes, which is more than any firmware has at hand', () => {
    const data = 'x'.repeat(8192);
    assert.deepStrictEqual(framesOf(`\r\n+IPD,0,8192:${data}\r\nOK\r\n`), [
      { kind: 'block', link: 0, length: 8192, data },
      ok,
    ]);
  });

  it.each(['+IPD,0,8193:', '+IPD,0,9999999999:'])(
    'waits for no block that cannot be, of whichever link: %s',
    (header) => {
      assert.deepStrictEqual(framesOf(`\r\n${header}rest\r\nOK\r\n`), [
        { kind: 'damage', link: undefined, others: true },
        { kind: 'noise', length: 5 },
        ok,
      ]);
    },
  );

  it('waits for no more data than were asked for', () => {
    assert.deepStrictEqual(framesOf('+CIPRECVDATA:76,rest\r\nOK\r\n', { reading: 3, asked: 75 }), [
      { kind: 'damage', link: 3, others: false },
      { kind: 'noise', length: 5 },
      ok,
    ]);
  });

  it.each(['+IPD,0,12345678901:', '+IPD,0,-5:', '+IPD,0,:', '+IPD,:', '+IPD', '+IPD,0,5', '+IPD,9,5:x'])(
    'goes on behind a header that is none: %s',
    (header) => {
      assert.deepStrictEqual(framesOf(`\r\n${header}\r\nOK\r\n`).at(-1), ok);
    },
  );

  it('waits for the rest of a header, and no longer than one can be', () => {
    const chunks = ['\r\n+IPD,0,2,"', '1'.repeat(80), '",80:', '\r\nOK\r\n'].map(latin1);
    assert.deepStrictEqual(cut(chunks).map(joined).at(-1), ok);
  });

  it('forgets an unfinished block when the modem was not understood', () => {
    const expecting = { prompt: false, reading: undefined, discards: 0 };
    const cutter = new CollectingCutter(expecting);
    assert.deepStrictEqual([...cutter.push(latin1('\r\n+IPD,0,1460:cut short'))], []);
    expecting.discards++;
    assert.deepStrictEqual([...cutter.push(latin1('\r\nOK\r\n'))], [ok]);
  });

  it('forgets an unfinished line when the modem was not understood', () => {
    const expecting = { prompt: false, reading: undefined, discards: 0 };
    const cutter = new CollectingCutter(expecting);
    assert.deepStrictEqual([...cutter.push(latin1('x'.repeat(2000)))], []);
    expecting.discards++;
    assert.deepStrictEqual([...cutter.push(latin1('OK\r\n'))], [ok]);
  });
});
