import { describe, expect, it } from '@jest/globals';

import { printModemEvents } from '../../../src/cli/serving/printModemEvents';
import { modemsAndPeers } from '../../emulator/support/modemsAndPeers';

const { modems } = modemsAndPeers();

describe('what is printed of a virtual modem', () => {
  it('is what a program asks of it in vain, once', async () => {
    const host = await modems.ready();
    const lines: string[] = [];
    const watching = printModemEvents(host.emulator, false, (line) => lines.push(line));
    const refused = 'DNS Fail\r\n\r\nERROR\r\n';
    await host.asks('AT+CIPDOMAIN="a.example"', refused);
    await host.asks('AT+CIPDOMAIN="a.example"', refused);
    await host.asks('AT+CIPDOMAIN="b.example"', refused);
    watching.unsubscribe();
    expect(lines).toEqual([
      expect.stringContaining('a.example is not one of them'),
      expect.stringContaining('b.example is not one of them'),
    ]);
  });

  it('is, where all is wanted, each command and connection with its time', async () => {
    const host = await modems.ready();
    const lines: string[] = [];
    const watching = printModemEvents(host.emulator, true, (line) => lines.push(line));
    await host.asks('AT+CIPSTART=0,"UDP","127.0.0.1",9', '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+NOPE', '\r\nERROR\r\n');
    watching.unsubscribe();
    expect(lines).toEqual([
      expect.stringMatching(/^ +\d+\.\d{3} link 0: UDP to 127\.0\.0\.1:9$/),
      expect.stringMatching(/^ +\d+\.\d{3} AT\+CIPSTART=0,"UDP","127\.0\.0\.1",9 → OK, \d+ ms$/),
      expect.stringMatching(/^ +\d+\.\d{3} AT\+NOPE → ERROR \(no such command\), \d+ ms$/),
    ]);
  });
});
