import { describe, expect, it } from '@jest/globals';

import { firmwareVersions } from '../../../src/emulator';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems } = modemsAndPeers();

const nonos = ['1.5', '1.7.4'] as const;

describe.each(nonos)('basics of AT %s', (firmware) => {
  it('S1 [N] echoes byte by byte, with a second carriage return before the newline', async () => {
    await modems.host({ firmware }).asks('AT', 'AT\r\r\n\r\nOK\r\n');
  });

  it('S3 [N] still echoes the command that turns echo off', async () => {
    const host = modems.host({ firmware });
    await host.asks('ATE0', 'ATE0\r\r\n\r\nOK\r\n');
    await host.asks('AT');
    await host.asks('ATE1');
    await host.asks('AT', 'AT\r\r\n\r\nOK\r\n');
  });

  it('S4 [N] GMR has no blank line before OK', async () => {
    const host = await modems.ready({ firmware });
    host.type('AT+GMR\r\n');
    const answer = await host.readsUntil(/^AT version:[\s\S]*OK\r\n/);
    expect(answer).toMatch(
      /^AT version:1\.[57]\.\d\.0\([^)]+\)\r\nSDK version:[^\r]+\r\ncompile time:[^\r]+\r\nBin version[^\r]+\r\nOK\r\n$/,
    );
  });

  it('S5 [N] refuses what ESP-AT has', async () => {
    const host = await modems.ready({ firmware });
    for (const command of ['AT+SYSSTORE=0', 'AT+CMD?', 'AT+CIPSTATE?', 'AT+CIPSERVER?', 'AT+CIPDNS?', 'AT+CWMODE=0']) {
      await host.asks(command, '\r\nERROR\r\n');
    }
  });
});

describe('basics of AT 2.2.2', () => {
  const firmware = '2.2.2';

  it('S2 [E] echoes the line as sent', async () => {
    await modems.host({ firmware }).asks('AT', 'AT\r\n\r\nOK\r\n');
  });

  it('S3 [E] still echoes the command that turns echo off', async () => {
    const host = modems.host({ firmware });
    await host.asks('ATE0', 'ATE0\r\n\r\nOK\r\n');
    await host.asks('AT');
  });

  it('S4 [E] GMR has a blank line before OK', async () => {
    const host = await modems.ready({ firmware });
    host.type('AT+GMR\r\n');
    const answer = await host.readsUntil(/^AT version:[\s\S]*OK\r\n/);
    expect(answer).toMatch(
      /^AT version:2\.2\.2\.0\(6cdf453 - ESP8266 - [^)]+\)\r\n[\s\S]*Bin version:[^\r]+\r\n\r\nOK\r\n$/,
    );
  });

  it('S5 [E] refuses what only NonOS has', async () => {
    const host = await modems.ready({ firmware });
    await host.asks('AT+SYSSTORE=0');
    for (const command of ['AT+CWMODE_CUR=1', 'AT+CIPSENDBUF=0,4', 'AT+CIPSSLSIZE=4096']) {
      await host.asks(command, '\r\nERROR\r\n');
    }
  });

  it('S6 [E] tells the code of an error when asked to', async () => {
    const host = await modems.ready({ firmware });
    await host.asks('AT+SYSLOG=1');
    await host.asks('AT+NOPE', 'ERR CODE:0x01090000\r\n\r\nERROR\r\n');
    await host.asks('hello', 'ERR CODE:0x01030000\r\n\r\nERROR\r\n');
  });
});

describe.each(firmwareVersions)('lines of AT %s', (firmware) => {
  it('S5 refuses a line without AT, an unknown command, and an empty line', async () => {
    const host = await modems.ready({ firmware });
    for (const line of ['hello', 'AT+NOPE', 'AT+NOPE=1,"2"', '', 'AT+CIPMUX=1x', 'AT+CWJAP="a']) {
      await host.asks(line, '\r\nERROR\r\n');
    }
    await host.readsNothing();
  });

  it('takes lower case, and a newline without a carriage return', async () => {
    const host = await modems.ready({ firmware });
    await host.asks('at+cipmux?', '+CIPMUX:1\r\n\r\nOK\r\n');
    host.type('AT\n');
    await host.reads('\r\nOK\r\n');
  });

  it('refuses a line of more than 256 bytes, however long', async () => {
    const host = await modems.ready({ firmware });
    await host.asks(`AT+PING="${'a'.repeat(300)}"`, '\r\nERROR\r\n');
    await host.asks(`AT${'b'.repeat(100_000)}`, '\r\nERROR\r\n');
    await host.readsNothing();
  });

  it('understands a command in pieces of any size', async () => {
    const host = await modems.ready({ firmware });
    for (const char of 'AT+CIPMUX?\r\n') host.type(char);
    await host.reads('+CIPMUX:1\r\n\r\nOK\r\n');
  });
});
