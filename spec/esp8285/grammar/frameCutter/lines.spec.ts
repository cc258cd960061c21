import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { Frame } from '../../../../src/esp8285/grammar/frame';
import { framesOf } from '../../../../harness/modems/frames';

/** What each line means; a line that is printed in two forms stands here twice. */
const meanings: readonly (readonly [printed: string, frame: Frame])[] = [
  ['\r\nOK\r\n', { kind: 'final', result: 'OK' }],
  ['\r\nERROR\r\n', { kind: 'final', result: 'ERROR' }],
  ['\r\nFAIL\r\n', { kind: 'final', result: 'FAIL' }],
  ['\r\nbusy p...\r\n', { kind: 'busy' }],
  ['\r\nbusy s...\r\n', { kind: 'busy' }],
  ['busy s...\r\n', { kind: 'busy' }], // AT 0.2x, without its first line end
  ['busy now ...\r\n', { kind: 'busy' }], // the first firmware, 2014
  ['\r\nRecv 2048 bytes\r\n', { kind: 'taken', length: 2048 }],
  ['\r\nSEND OK\r\n', { kind: 'sent', ok: true }],
  ['\r\nSEND FAIL\r\n', { kind: 'sent', ok: false }],
  ['SEND FAIL\r\n', { kind: 'sent', ok: false }], // AT 1.x behind a CLOSED
  ['4,CONNECT\r\n', { kind: 'opened', link: 4 }],
  ['CONNECT\r\n', { kind: 'opened', link: 0 }],
  ['+LINK_CONN:0,2,"TCP",0,"192.168.1.9",80,51234\r\n', { kind: 'opened', link: 2 }],
  ['0,CLOSED\r\n', { kind: 'closed', link: 0 }],
  ['CLOSED\r\n', { kind: 'closed', link: 0 }],
  ['3,CONNECT FAIL\r\n', { kind: 'closed', link: 3 }],
  ['\r\n+IPD,1,75\r\n', { kind: 'notice', link: 1, length: 75 }],
  ['\r\n+IPD,75\r\n', { kind: 'notice', link: 0, length: 75 }], // S65
  ['WIFI CONNECTED\r\n', { kind: 'wifi', event: 'connected' }],
  ['WIFI GOT IP\r\n', { kind: 'wifi', event: 'gotAddress' }],
  ['WIFI DISCONNECT\r\n', { kind: 'wifi', event: 'disconnected' }],
  ['+STA_CONNECTED:"a4:5e:60:00:00:01"\r\n', { kind: 'station', event: 'joined', mac: 'a4:5e:60:00:00:01' }], // S64
  [
    '+DIST_STA_IP:"a4:5e:60:00:00:01","192.168.4.2"\r\n',
    { kind: 'station', event: 'gotAddress', mac: 'a4:5e:60:00:00:01', address: '192.168.4.2' },
  ],
  ['+STA_DISCONNECTED:"a4:5e:60:00:00:01"\r\n', { kind: 'station', event: 'left', mac: 'a4:5e:60:00:00:01' }],
  ['\r\nready\r\n', { kind: 'booted' }],
  [' ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n', { kind: 'booting' }],
  ['wdt reset\r\n', { kind: 'booting' }],
  ['Soft WDT reset\r\n', { kind: 'booting' }],
  ['Fatal exception (28):\r\n', { kind: 'booting' }],
];

/** Lines that mean nothing by themselves: parts of answers, diagnostics, and what a log leaks. */
const plain = [
  'no ip',
  'ALREADY CONNECTED',
  'link is not valid',
  'UNLINK',
  'DNS Fail',
  'busy',
  'to read 75 bytes', // ESP-AT 2.1-dev, S53
  '+LINK_CONN:1,0,"TCP",0,"192.168.1.9",80,51234',
  '+CIPSTATUS:0,"TCP","192.168.1.9",80,51234,0',
  'WIFI GOT IPv6 LL',
  '+CWJAP:1',
  '+CWJAP_CUR:"all is ready',
  'ERR CODE:0x01090000',
  '+STA_CONNECTED:"a4:5e:60"',
  '+DIST_STA_IP:"a4:5e:60:00:00:01"',
];

describe('lines', () => {
  it.each(meanings)('%j is told as what it means', (printed, frame) => {
    assert.deepStrictEqual(framesOf(printed), [frame]);
  });

  it.each(meanings)('%j means the same behind NULs', (printed, frame) => {
    assert.deepStrictEqual(framesOf(`\0\0${printed}`), [frame]);
  });

  it.each(plain)('%j stays a line', (text) => {
    assert.deepStrictEqual(framesOf(`${text}\r\n`), [{ kind: 'line', text }]);
  });

  it('takes \\r\\r\\n, in which AT 1.x ends an echo, for one line end', () => {
    assert.deepStrictEqual(framesOf('ATE0\r\r\n\r\nOK\r\n'), [
      { kind: 'line', text: 'ATE0' },
      { kind: 'final', result: 'OK' },
    ]);
  });

  it('takes a line feed alone for a line end', () => {
    assert.deepStrictEqual(framesOf('OK\nready\n'), [{ kind: 'final', result: 'OK' }, { kind: 'booted' }]);
  });

  it('knows no empty lines', () => {
    assert.deepStrictEqual(framesOf('\r\n\r\n\n\r\r\n\0\r\n'), []);
  });

  it('reads the answer to AT+GMR, whose last line brings no line end of its own', () => {
    assert.deepStrictEqual(
      framesOf('AT version:1.7.4.0(May 11 2020 19:13:04)\r\nBin version(Wroom 02):1.7.4\r\nOK\r\n'),
      [
        { kind: 'line', text: 'AT version:1.7.4.0(May 11 2020 19:13:04)' },
        { kind: 'line', text: 'Bin version(Wroom 02):1.7.4' },
        { kind: 'final', result: 'OK' },
      ],
    );
  });

  it.each(['\x1e|\0\x92b\x9c>\xf3\xfe+ready\r\n', '0x1fc000ready\r\n', '\xe4\x8c\xf2ready\r\n'])(
    'hears ready behind the noise of the boot ROM: %j',
    (printed) => {
      assert.deepStrictEqual(framesOf(printed).at(-1), { kind: 'booted' });
    },
  );

  it.each(['my "best" net', 'a,b', 'back\\slash', 'OK', 'ready', ''])(
    'keeps a line with the network name %j whole, for it is printed as it is',
    (ssid) => {
      const text = `+CWJAP_CUR:"${ssid}","02:00:00:00:00:01",6,-52`;
      assert.deepStrictEqual(framesOf(`${text}\r\n\r\nOK\r\n`), [
        { kind: 'line', text },
        { kind: 'final', result: 'OK' },
      ]);
    },
  );

  it('reads names in UTF-8', () => {
    const text = '+CWJAP:"Köln 東京","02:00:00:00:00:01",6,-52';
    assert.deepStrictEqual(framesOf(Buffer.from(`${text}\r\n`).toString('latin1')), [{ kind: 'line', text }]);
  });

  it('S24 hears a message that cuts into the echo of a command, whose rest says nothing', () => {
    assert.deepStrictEqual(framesOf('AT+CIPSEND=0,1,CONNECT\r\n98\r\r\n\r\nOK\r\n> '), [
      { kind: 'opened', link: 1 },
      { kind: 'final', result: 'OK' },
      { kind: 'prompt' },
    ]);
    assert.deepStrictEqual(framesOf('AT+CIPSE2,CLOSED\r\n'), [{ kind: 'closed', link: 2 }]);
  });
});
