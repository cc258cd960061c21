import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { cut, framesOf, latin1 } from '../../../../harness/modems/frames';

const block = (link: number, data: string) => ({ kind: 'block', link, length: data.length, data });
const pulled = (link: number, data: string) => ({ ...block(link, data), pulled: true });
const remote = { address: '192.168.1.3', port: 5285 };

describe('blocks', () => {
  it.each([
    ['pushed', '\r\n+IPD,3,5:hello', block(3, 'hello')],
    ['pushed on the only link', '\r\n+IPD,5:hello', block(0, 'hello')],
    ['pushed, AT 1.x with the sender (S40)', '\r\n+IPD,0,2,192.168.1.3,5285:hi', { ...block(0, 'hi'), remote }],
    ['pushed, AT 2 with the sender (S40)', '\r\n+IPD,0,2,"192.168.1.3",5285:hi', { ...block(0, 'hi'), remote }],
    [
      'pushed by a sender of IPv6',
      '\r\n+IPD,0,2,"fe80::1:2",80:hi',
      { ...block(0, 'hi'), remote: { address: 'fe80::1:2', port: 80 } },
    ],
    ['pulled from AT 1.7 (S44)', '\r\n+CIPRECVDATA,5:hello\r\nOK\r\n', pulled(0, 'hello')],
    ['pulled from AT 2 (S45)', '+CIPRECVDATA:5,hello\r\nOK\r\n', pulled(0, 'hello')],
    ['of no bytes', '\r\n+IPD,2,0:', block(2, '')],
  ])('%s', (_, printed, frame) => {
    assert.deepStrictEqual(framesOf(printed)[0], frame);
  });

  it('S38 takes nothing in a payload for anything else', () => {
    const payload = '\r\nOK\r\n+IPD,1,5:hello\r\n0,CLOSED\r\n';
    assert.deepStrictEqual(framesOf(`\r\n+IPD,0,${payload.length}:${payload}`), [block(0, payload)]);
  });

  it.each([
    '>',
    '> ',
    '\0',
    '\r',
    '\n',
    'busy p...\r\n',
    '\r\nSEND OK\r\n',
    '\r\nready\r\n',
    '+CIPRECVDATA,9:',
    '\x80\xff',
  ])('hands on the payload %j as it is', (data) => {
    assert.deepStrictEqual(framesOf(`\r\n+IPD,4,${data.length}:${data}\r\nOK\r\n`), [
      block(4, data),
      { kind: 'final', result: 'OK' },
    ]);
  });

  it('S39 finds a block whose header and payload come in odd pieces', () => {
    const chunks = ['\r', '\n+I', 'PD,0,', '1', '2:abc', 'def', 'ghijkl0,', 'CLOSED\r\n'].map(latin1);
    const [first, ...rest] = cut(chunks);
    assert.ok(first?.kind === 'block');
    assert.equal(String(first.bytes), 'abcdefghijkl');
    assert.deepStrictEqual(rest, [{ kind: 'closed', link: 0 }]);
  });

  it('S41 finds a close glued to the last data', () => {
    assert.deepStrictEqual(framesOf('\r\n+IPD,0,4:bye!0,CLOSED\r\n'), [block(0, 'bye!'), { kind: 'closed', link: 0 }]);
  });

  it('S42 keeps two links apart', () => {
    assert.deepStrictEqual(framesOf('\r\n+IPD,0,3:aaa\r\n+IPD,4,2:bb\r\n+IPD,0,1:a'), [
      block(0, 'aaa'),
      block(4, 'bb'),
      block(0, 'a'),
    ]);
  });

  it('finds a header without its line end behind a payload', () => {
    assert.deepStrictEqual(framesOf('\r\n+IPD,0,2:ab+IPD,0,2:cd'), [block(0, 'ab'), block(0, 'cd')]);
  });

  it('S43 finds the whole header behind one that was cut short', () => {
    assert.deepStrictEqual(framesOf('\r\n+IPD,0,14\r\n+IPD,0,3:abc'), [
      { kind: 'notice', link: 0, length: 14 },
      block(0, 'abc'),
    ]);
  });

  it('S53 finds pulled data behind what a log leaks', () => {
    assert.deepStrictEqual(framesOf('to read 5 bytes\r\n+CIPRECVDATA:5,hello\r\nOK\r\n'), [
      { kind: 'line', text: 'to read 5 bytes' },
      pulled(0, 'hello'),
      { kind: 'final', result: 'OK' },
    ]);
  });

  it('gives pulled data to the link that was asked for', () => {
    assert.deepStrictEqual(framesOf('+CIPRECVDATA:2,hi\r\nOK\r\n', { reading: 3 })[0], pulled(3, 'hi'));
  });

  it('takes what looks like pulled data for a line while nothing has been pulled', () => {
    assert.deepStrictEqual(framesOf('+CIPRECVDATA:2,hi\r\n', { reading: undefined }), [
      { kind: 'fragment', text: '+CIPRECVDATA:2,hi' },
    ]);
  });

  it('copies no payload that comes in one chunk', () => {
    const chunk = new Uint8Array(latin1('\r\n+IPD,0,9:abcdefghi0,CLOSED\r\n'));
    const [first] = cut([chunk]);
    assert.ok(first?.kind === 'block');
    assert.equal(first.bytes.buffer, chunk.buffer);
    assert.equal(String(first.bytes), 'abcdefghi');
  });
});
