import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { isFirmwareLine, isLogLine, withoutColour } from '../../../src/esp8285/grammar/firmwareLine';

describe('a line that a firmware prints', () => {
  it.each([
    '+CWJAP:"net","aa:bb:cc:dd:ee:ff",6,-52',
    '+CIPSTATUS:0,"TCP","192.0.2.9",80,51234,0',
    '+CIPSTAMAC_CUR:"aa:bb:cc:dd:ee:ff"',
    '+CIFSR:STAIP,"192.168.1.7"',
    '+UART_CUR:115200,8,1,0,0',
    '+12', // a ping, on AT 1.x
    '+timeout',
    'AT version:1.7.4.0(May 11 2020 19:13:04)',
    'SDK version:3.0.4(9532ceb)',
    'STATUS:3',
    'No AP',
    'WIFI GOT IPv6 LL',
    'DNS Fail',
    'ALREADY CONNECTED',
    'link is not valid',
    'busy p...',
    'Recv 5 bytes',
    'to read 75 bytes',
    'ERR CODE:0x01090000',
  ])('is %j', (text) => {
    assert.equal(isFirmwareLine(text), true);
  });

  it.each([
    '+CIPRECVDATA:5,hello', // data, not a line
    '+NOBODY:1',
    '+CWJAP"net"',
    'CWJAP:"net"',
    'a +CWJAP:1',
    'STATUS:x',
    'no access',
    'OK',
    '',
  ])('is not %j', (text) => {
    assert.equal(isFirmwareLine(text), false);
  });
});

describe('a line of a log', () => {
  it.each([
    'E (8030) event: lost',
    'I (312) cpu_start: up',
    'wifi:state: 5 -> 0 (0)',
    'scandone',
    'state: 0 -> 2 (b0)',
    'ip:192.168.1.7,mask:255.255.255.0,gw:192.168.1.1',
    '\u001b[0;31mE (8030) event: lost\u001b[0m',
    '\u001b[32many other text',
  ])('is %j', (text) => {
    assert.equal(isLogLine(text), true);
  });

  it.each(['X (8030) event', 'E (now) event', 'my wifi: up', 'state: up', 'hello', ''])('is not %j', (text) => {
    assert.equal(isLogLine(text), false);
  });
});

describe('withoutColour', () => {
  it.each([
    ['\u001b[0;32mgreen\u001b[0m', 'green'],
    ['a \u001b[1mbold\u001b[0m word', 'a bold word'],
    ['\u001b[2K', ''],
    ['plain [0m', 'plain [0m'],
    ['\u001b[0', '\u001b[0'],
  ])('makes of %j %j', (text, plain) => {
    assert.equal(withoutColour(text), plain);
  });
});
