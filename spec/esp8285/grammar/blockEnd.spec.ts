import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { endSize, isSuspicious, judge } from '../../../src/esp8285/grammar/blockEnd';

const whole = { kind: 'whole' };
const news = { kind: 'news' };
const open = { kind: 'open' };
const damaged = (swallowed?: number) => ({ kind: 'damaged', swallowed });

describe('the judgement of a block', () => {
  it.each([
    ['a header, with a line end or glued to it', ['\r\n+IPD,0,2:', '+IPD,0,2:', '+CIPRECVDATA,2:']],
    ['the end or the beginning of a link', ['0,CLOSED\r\n', '4,CONNECT\r\n', '\r\n3,CLOSED\r\n']],
    ['what the Wi-Fi does', ['WIFI GOT IP\r\n', 'WIFI DISCONNECT\r\n']],
    [
      'a result, which has a line end in front',
      ['\r\nOK\r\n', '\r\nERROR\r\n', '\r\nSEND OK\r\n', '\r\nRecv 5 bytes\r\n'],
    ],
    ['the result of a segment', ['\r\n4,12,SEND OK\r\n', '\r\n4,2,SEND FAIL\r\n']],
    ['SEND FAIL, which may have none', ['SEND FAIL\r\n']],
    ['a line that a firmware is known to print', ['+CIPSTATUS:0,"TCP"\r\n', 'no ip\r\n', 'busy p...\r\n']],
    ['a line in colour', ['\u001b[0;32m+CWJAP:1\u001b[0m\r\n']],
    ['NULs and a start', ['\0\0\r\nready\r\n']],
  ])('is whole in front of %s', (_, followings) => {
    for (const following of followings) assert.deepStrictEqual(judge('payload', following, { prompt: false }), whole);
  });

  it('is whole in front of a prompt that a send waits for, and only then', () => {
    assert.deepStrictEqual(judge('payload', '> ', { prompt: true }), whole);
    assert.deepStrictEqual(judge('payload', '> ', { prompt: false }), open);
  });

  it('is whole in front of the numbers that a command waits for, and only then', () => {
    const numbers = /^12,\d+$/;
    assert.deepStrictEqual(judge('payload', '12,9\r\n', { prompt: true, numbers }), whole);
    assert.deepStrictEqual(judge('payload', '\r\n12,9\r\n', { prompt: true, numbers }), whole);
    assert.deepStrictEqual(judge('payload', '12,9', { prompt: true, numbers }), open);
    assert.deepStrictEqual(judge('payload1', '2,9\r\n', { prompt: true, numbers }), damaged());
  });

  it.each(['', '\r\n', '\r\nO', '+IP', '+CIPST', '4', '4,C', 'WIF', 'some text without an end'])(
    'is open while no more than %j has come',
    (following) => {
      assert.deepStrictEqual(judge('payload', following, { prompt: false }), open);
    },
  );

  it.each([
    ['the whole line end', 'hel\r', '\n+IPD,0,2:', 1],
    ['a line feed, before what always has one', 'hel\n', '+IPD,0,2:', 1],
    ['the line end of a `Recv`, of which no more has come', 'hel\r\n', 'Recv ', 1],
    ['a line end and part of a header', 'hel\r\n+I', 'PD,0,2:hi\r\n', 4],
    ['a line end and part of a result', 'hel\r\nO', 'K\r\n', 3],
    ['part of the result of a segment', 'hel\r\n4,1', '2,SEND OK\r\n', 5],
    ['the line end of the result of a segment', 'hel\n', '4,12,SEND OK\r\n', 1],
    ['nothing, and has left half a line end', 'hello', '\n\r\nOK\r\n', 0],
    ['nothing, and has left the other half of one', 'hello', '\r\r\n+IPD,0,2:', 0],
    ['the number of a link', 'hel4', ',CLOSED\r\n', 1],
    ['more of what is said of a link', 'hel4,CLO', 'SED\r\n', 5],
    ['part of what the Wi-Fi does', 'helWIFI ', 'GOT IP\r\n', 5],
    ['the front of a line that a firmware prints', 'helno', ' ip\r\n', 2],
    ['the front of an end that lacks a byte', 'hel4,', 'CLOSD\r\n', 2],
    ['the front of a result that lacks a byte', 'helSE', 'ND K\r\n', 2],
  ])('is damage when it has swallowed %s', (_, end, following, swallowed) => {
    assert.deepStrictEqual(judge(end, following, { prompt: false }), damaged(swallowed));
  });

  it.each([
    ['the middle of a line', 'payload', 'D,0,2:hi\r\n'],
    ['bytes that are no text', 'payload', '\x80\xff\r\n'],
    ['the end of an address', 'payload', ',53:data\r\n'],
    ['binary without a line end, as far as it is looked at', 'payload', '\x01'.repeat(endSize)],
  ])('is damage of an unknown extent in front of %s', (_, end, following) => {
    assert.deepStrictEqual(judge(end, following, { prompt: false }), damaged());
  });

  it('may be news when a whole line follows that is in no list', () => {
    assert.deepStrictEqual(judge('payload', 'another line of text\r\n', { prompt: false }), news);
    assert.deepStrictEqual(judge('payload', '\r\nanother line of text\r\n', { prompt: false }), news);
  });

  it('may be news when as much text follows as is looked at, even if a character is cut there', () => {
    assert.deepStrictEqual(judge('payload', 'long text, '.repeat(9).slice(0, endSize), { prompt: false }), news);
    const cutInACharacter = `${'x'.repeat(endSize - 1)}${Buffer.from('é').toString('latin1').charAt(0)}`;
    assert.deepStrictEqual(judge('payload', cutInACharacter, { prompt: false }), news);
  });

  it('looks for what is damaged in its last bytes alone', () => {
    assert.deepStrictEqual(judge('0,CLOSED\r\n+IPD,0,5:hello, world', '\r\nOK\r\n', { prompt: false }), whole);
  });
});

describe('a block that could have swallowed something', () => {
  it.each([
    'half a line end\r',
    'a line end\r\n',
    'half a header +IPD,',
    'a number 4',
    'WIFI',
    '\nready',
    'a sum: 3+',
    '\r',
    '4',
    '+',
    'W',
  ])('ends in %j', (end) => {
    assert.equal(isSuspicious(end), true);
  });

  it.each(['small letters', 'a sentence.', '{"t":21.5}', '<p>Text</p>', '\x00\xff', '', '7', 'A', ':'])(
    'does not end in %j',
    (end) => {
      assert.equal(isSuspicious(end), false);
    },
  );
});
