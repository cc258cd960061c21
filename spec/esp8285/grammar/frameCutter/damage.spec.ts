import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { CollectingCutter, cut, framesOf, joined, latin1 } from '../../../../harness/modems/frames';

const ok = { kind: 'final', result: 'OK' };
const block = (link: number, data: string) => ({ kind: 'block', link, length: data.length, data });
const damage = (link: number | undefined, others: boolean) => ({ kind: 'damage', link, others });
const cutOff = (link: number | undefined, others: boolean) => ({ ...damage(link, others), isCutOff: true });

describe('damage', () => {
  it.each([
    ['a header', '\r\n+IPD,3,5:hell\r\n+IPD,0,2:hi\r\nOK\r\n', [damage(3, false), block(0, 'hi'), ok]],
    ['a result', '\r\n+IPD,3,5:hell\r\nOK\r\n', [damage(3, false), ok]],
    ['an end', '\r\n+IPD,3,5:hell4,CLOSED\r\n', [damage(3, false), { kind: 'closed', link: 4 }]],
    ['more of an end', '\r\n+IPD,3,5:he4,CLOSED\r\n', [damage(3, false), { kind: 'closed', link: 4 }]],
    ['half a header', '\r\n+IPD,3,9:hel\r\n+IPD,0,2:hi\r\nOK\r\n', [damage(3, false), block(0, 'hi'), ok]],
    [
      'a message of the Wi-Fi',
      '\r\n+IPD,3,5:helWIFI GOT IP\r\n',
      [damage(3, false), { kind: 'wifi', event: 'gotAddress' }],
    ],
    ['a line end, before a header', '\r\n+IPD,3,5:hel\r\n+IPD,0,2:hi', [damage(3, false), block(0, 'hi')]],
    [
      'a header and data',
      '\r\n+IPD,3,40:hello\r\n+IPD,0,2:hi\r\n+IPD,0,12:hello, world\r\nOK\r\n',
      [damage(3, true), { kind: 'noise', length: 3 }, ok],
    ],
  ])('is told of a block that has swallowed %s', (_, printed, frames) => {
    assert.deepStrictEqual(framesOf(printed), frames);
  });

  it.each([
    ['ends in OK', 'OK', '\r\n+IPD,0,2:hi', block(0, 'hi')],
    ['ends in a line end', 'HTTP/1.0 204\r\n', '3,CLOSED\r\n', { kind: 'closed', link: 3 }],
    ['ends in half a line end', 'half\r', '\r\nOK\r\n', ok],
    ['ends in a header', '\r\n+IPD,0,5:', '\r\nOK\r\n', ok],
    ['ends in the number of a link', 'number 4', '4,CLOSED\r\n', { kind: 'closed', link: 4 }],
    ['has lost the first byte behind it', 'whole', '\n+IPD,0,2:hi', block(0, 'hi')],
    ['has a header glued to it', '{"a":1}', '+IPD,0,2:hi', block(0, 'hi')],
    ['has a NUL behind it', 'whole', '\x004,CLOSED\r\n', { kind: 'closed', link: 4 }],
  ])('is none of a block that %s', (_, data, following, frame) => {
    assert.deepStrictEqual(framesOf(`\r\n+IPD,3,${data.length}:${data}${following}`), [block(3, data), frame]);
  });

  it('is none of a block that ends in a line end, if the modem glues its headers to blocks', () => {
    const printed = latin1('\r\n+IPD,3,2:{}+IPD,3,4:ab\r\n+IPD,3,2:c\n+IPD,0,2:hi');
    const blocks = [block(3, '{}'), block(3, 'ab\r\n'), block(3, 'c\n'), block(0, 'hi')];
    for (let at = 0; at <= printed.length; at++) {
      assert.deepStrictEqual(cut([printed.subarray(0, at), printed.subarray(at)]).map(joined), blocks);
    }
  });

  it.each(['{}', 'WORD'])('is told of one if the modem has printed a line end after another one since: %j', (data) => {
    const glued = `\r\n+IPD,3,2:{}+IPD,3,${data.length}:${data}`;
    const printed = latin1(`${glued}\r\n+IPD,3,4:ab\r\n+IPD,0,2:hi`);
    const frames = [block(3, '{}'), block(3, data), damage(3, false), block(0, 'hi')];
    assert.deepStrictEqual(cut([printed]).map(joined), frames);
  });

  it('is told of a block that has swallowed the line end of a `Recv`, wherever the chunk ends', () => {
    const printed = latin1('\r\n+IPD,3,5:hel\r\nRecv 1460 bytes\r\n\r\n0,1,SEND OK\r\n');
    for (let at = 0; at <= printed.length; at++) {
      const kinds = cut([printed.subarray(0, at), printed.subarray(at)]).map(({ kind }) => kind);
      assert.deepStrictEqual(kinds, ['damage', 'taken', 'segment']);
    }
  });

  it.each([
    ['\r\n+CIPRECVDATA,7:he\0llo\r\n\r\nOK\r\n', [damage(1, false), ok]],
    ['\r\n+CIPRECVDATA,6:he\0llo\n\r\nOK\r\n', [damage(1, false), ok]],
    ['\r\n+IPD,1,7:he\0llo\r\n\r\n+IPD,0,2:hi', [damage(1, false), block(0, 'hi')]],
  ])('is told of a block that has taken a byte more and so has left half a line end: %j', (printed, frames) => {
    for (let at = 0; at <= printed.length; at++) {
      const chunks = [printed.slice(0, at), printed.slice(at)].map(latin1);
      assert.deepStrictEqual(cut(chunks, { prompt: false, reading: 1, discards: 0 }).map(joined), frames);
    }
  });

  it('is told of such a block that has been passed on, because the chunk ended with it', () => {
    const chunks = ['\r\n+IPD,1,6:he\0llo', '\n', '\r', '\n+IPD,0,2:hi'].map(latin1);
    assert.deepStrictEqual(cut(chunks).map(joined), [block(1, 'he\0llo'), damage(1, false), block(0, 'hi')]);
  });

  it('keeps a block that ends like the modem speaks until something follows, or a moment has passed', () => {
    // A NUL may come long before the message that it stands in front of.
    for (const following of ['\r\n', '', '\0', '\r\n\0']) {
      const cutter = new CollectingCutter({ prompt: false, reading: undefined, discards: 0 });
      assert.deepStrictEqual([...cutter.push(latin1('\r\n+IPD,3,7:hello\r\n'))], []);
      assert.deepStrictEqual([...cutter.push(latin1(following))], []);
      assert.strictEqual([...cutter.settle()].length, 1);
      assert.ok(!cutter.isUnfinished);
    }
  });

  it('takes a line that lacks nothing but its last byte for a line, after a silence', () => {
    const cutter = new CollectingCutter({ prompt: false, reading: undefined, discards: 0 });
    assert.deepStrictEqual([...cutter.push(latin1('4,CLOSED\r')), ...cutter.settle()], []);
    assert.deepStrictEqual([...cutter.giveUp()], [{ kind: 'closed', link: 4 }]);
  });

  it('reports a line that stops in the middle, and still understands its rest', () => {
    const cutter = new CollectingCutter({ prompt: false, reading: undefined, discards: 0 });
    assert.deepStrictEqual([...cutter.push(latin1('4,CLO')), ...cutter.giveUp()], [cutOff(undefined, true)]);
    assert.deepStrictEqual([...cutter.push(latin1('SED\r\n'))], [{ kind: 'closed', link: 4 }]);
  });

  it('gives up what has begun behind a block, too, after a silence', () => {
    const expecting = { prompt: false, reading: 1, discards: 0 };
    const cutter = new CollectingCutter(expecting);
    assert.deepStrictEqual([...cutter.push(latin1('\r\n+IPD,4,5:hello\r\n>+CIPRECVDATA:75,cut off'))], []);
    // A send has begun meanwhile.
    expecting.prompt = true;
    const frames = [...cutter.giveUp()];
    assert.deepStrictEqual(
      frames.filter(({ kind }) => kind === 'damage'),
      [cutOff(4, true), cutOff(1, false)],
    );
    assert.deepStrictEqual([...cutter.push(latin1('\r\nOK\r\n'))], [ok]);
  });

  it.each(['+IPD,45:hello', '+IPD,475', 'CLOSED', 'CONNECT'])(
    'treats %s, which names no link, as damaged when the modem numbers its links',
    (line) => {
      const kinds = framesOf(`\r\n${line}\r\n`, { numbersLinks: true }).map(({ kind }) => kind);
      assert.ok(kinds[0] === 'fragment' || kinds[0] === 'damage');
    },
  );
});
