import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { Frame } from '../../../src/esp8285/grammar/frame';
import { isCutEcho, isEcho, lineFrame } from '../../../src/esp8285/grammar/lineFrame';

const mac = 'a4:5e:60:00:00:01';

describe('lineFrame', () => {
  it.each<readonly [text: string, frame: Frame]>([
    ['OK', { kind: 'final', result: 'OK' }],
    ['ERROR', { kind: 'final', result: 'ERROR' }],
    ['FAIL', { kind: 'final', result: 'FAIL' }],
    ['busy p...', { kind: 'busy' }],
    ['busy s...', { kind: 'busy' }],
    ['busy now ...', { kind: 'busy' }],
    ['Recv 2048 bytes', { kind: 'taken', length: 2048 }],
    ['SEND OK', { kind: 'sent', ok: true }],
    ['SEND FAIL', { kind: 'sent', ok: false }],
    ['4,12,SEND OK', { kind: 'segment', link: 4, segment: 12, ok: true }],
    ['0,1,SEND FAIL', { kind: 'segment', link: 0, segment: 1, ok: false }],
    ['+IPD,1,75', { kind: 'notice', link: 1, length: 75 }],
    ['+IPD,75', { kind: 'notice', link: 0, length: 75 }],
    ['4,CONNECT', { kind: 'opened', link: 4 }],
    ['CONNECT', { kind: 'opened', link: 0 }],
    ['+LINK_CONN:0,2,"TCP",0,"192.0.2.9",80,51234', { kind: 'opened', link: 2 }],
    ['AT+CIPSEND=0,1,CONNECT', { kind: 'opened', link: 1 }],
    ['3,CLOSED', { kind: 'closed', link: 3 }],
    ['CLOSED', { kind: 'closed', link: 0 }],
    ['3,CONNECT FAIL', { kind: 'closed', link: 3 }],
    ['AT+CIPSEND=0,1,CLOSED', { kind: 'closed', link: 1 }],
    ['WIFI CONNECTED', { kind: 'wifi', event: 'connected' }],
    ['WIFI GOT IP', { kind: 'wifi', event: 'gotAddress' }],
    ['WIFI DISCONNECT', { kind: 'wifi', event: 'disconnected' }],
    [`+STA_CONNECTED:"${mac}"`, { kind: 'station', event: 'joined', mac }],
    [`+STA_DISCONNECTED:"${mac}"`, { kind: 'station', event: 'left', mac }],
    [`+DIST_STA_IP:"${mac}","192.168.4.2"`, { kind: 'station', event: 'gotAddress', mac, address: '192.168.4.2' }],
    [' ets Jan  8 2013,rst cause:2, boot mode:(3,6)', { kind: 'booting' }],
    ['Soft WDT reset', { kind: 'booting' }],
    ['ets Jun  8 2016 00:22:57', { kind: 'booting' }],
    ['ESP-ROM:esp32c3-api1-20210207', { kind: 'booting' }],
    ['rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', { kind: 'booting' }],
    ['ready', { kind: 'booted' }],
    ['\ufffd\u0002\ufffdready', { kind: 'booted' }],
    ['entry 0x4010f29cready', { kind: 'booted' }],
  ])('says what %j means', (text, frame) => {
    assert.deepStrictEqual(lineFrame(text), frame);
  });

  it('looks through the colour of a line', () => {
    assert.deepStrictEqual(lineFrame('\u001b[0;32m0,CLOSED\u001b[0m'), { kind: 'closed', link: 0 });
  });

  it.each(['+IPD,75', 'CONNECT', 'CLOSED', 'CONNECT FAIL'])(
    'takes %j, of no link, for what is left of a line where links are numbered',
    (text) => {
      assert.deepStrictEqual(lineFrame(text, true), { kind: 'fragment', text });
    },
  );

  it('knows the numbered ones all the same', () => {
    assert.deepStrictEqual(lineFrame('4,CLOSED', true), { kind: 'closed', link: 4 });
    assert.deepStrictEqual(lineFrame('+IPD,4,75', true), { kind: 'notice', link: 4, length: 75 });
  });

  it.each(['+CWJAP:1', 'no ip', 'STATUS:3', 'AT+GMR', 'ATE0', 'AT', 'ERR CODE:0x01090000'])(
    'leaves %j a line',
    (text) => {
      assert.deepStrictEqual(lineFrame(text), { kind: 'line', text });
    },
  );

  it.each(['no ip+IPD,0,5', 'STATUS:3\rOK', 'PD,0,75:data', ',CLOSED', '+', ''])(
    'takes %j for what is left of a line',
    (text) => {
      assert.deepStrictEqual(lineFrame(text), { kind: 'fragment', text });
    },
  );

  it.each(['a sentence of another maker', '+BROKER:is ready', 'SEND CANCELLED', 'the first:0x1', 'sets Jun 8'])(
    'knows nothing of %j',
    (text) => {
      assert.deepStrictEqual(lineFrame(text), { kind: 'unknown', text });
    },
  );

  it.each(['the broker is ready', 'READY', 'load 0x40100000, len 1856', '2nd boot version : 1.6', '>', 'SED OK'])(
    'doubts after %j whether the modem has started again, or lost something',
    (text) => {
      assert.deepStrictEqual(lineFrame(text), { kind: 'unknown', text, isDoubtful: true });
    },
  );
});

describe('an echo', () => {
  it.each(['AT', 'ATE0', 'ATE1', 'AT+GMR', 'AT+CIPSEND=0,5'])('is %j', (text) => {
    assert.equal(isEcho(text), true);
  });

  it.each(['ATE2', 'AT version:1.7', 'AT+gmr', 'at', ' AT', 'T+GMR'])('is not %j', (text) => {
    assert.equal(isEcho(text), false);
  });

  it('is cut by a message of a link', () => {
    assert.equal(isCutEcho('AT+CIPSEND=0,1,CONNECT'), true);
    assert.equal(isCutEcho('AT+CIPSEN4,CLOSED'), true);
    for (const text of ['4,CLOSED', 'AT+CIPSEND=0,1', 'AT+CIPSEN4,CLOSED and more', 'AT5,CLOSED']) {
      assert.equal(isCutEcho(text), false);
    }
  });
});
