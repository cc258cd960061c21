import { describe, expect, it } from '@jest/globals';

import type { FirmwareVersion } from '../../../src/emulator';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems } = modemsAndPeers();

/** What a query of a setting shows first, what it is set to, and what a query shows then. */
const settings: readonly (readonly [string, string, string, string])[] = [
  ['+CIPSSLCCN', '0:""', '0,"host.example"', '0:"host.example"'],
  ['+CIPSSLCSNI', '0:""', '0,"host.example"', '0:"host.example"'],
  ['+CIPSSLCALPN', '0:', '0,2,"h2","http/1.1"', '0:"h2","http/1.1"'],
  ['+CIPSSLCPSK', '0:"",""', '0,"me","who?"', '0:"me","who?"'],
  ['+CIPSSLCCONF', '0:0,0,0', '0,3,1,2', '0:3,1,2'],
  ['+CIPTCPOPT', '0:-1,0,0', '0,5,1,300', '0:5,1,300'],
];

describe('the settings of each link of AT 2.2.2', () => {
  const shown = (name: string, first: string, rest: string): string => {
    const [, value = ''] = /^\d[:](.*)$/.exec(rest) ?? [];
    const lines = [0, 1, 2, 3, 4].map((id) => (id === 0 ? `${name}:0,${first.slice(2)}` : `${name}:${id},${value}`));
    return `${lines.join('\r\n')}\r\n\r\nOK\r\n`;
  };

  it.each(settings)('%s is shown for all, and kept', async (name, fresh, given, then) => {
    const host = await modems.ready({ firmware: '2.2.2' });
    await host.asks(`AT${name}?`, shown(name, fresh, fresh));
    await host.asks(`AT${name}=${given}`);
    await host.asks(`AT${name}?`, shown(name, then, fresh));
    await host.asks(`AT${name}=5${given.slice(1)}`);
    await host.asks(`AT${name}?`, shown(name, then, then));
    await host.asks(`AT${name}=6${given.slice(1)}`, '\r\nERROR\r\n');
    await host.asks('AT+CIPMUX=0');
    await host.asks(`AT${name}=${given.slice(2)}`);
  });

  it('keeps the TCP options that are left out', async () => {
    const host = await modems.ready({ firmware: '2.2.2' });
    await host.asks('AT+CIPTCPOPT=0,,1');
    await host.asks('AT+CIPTCPOPT=0,2,,70');
    host.type('AT+CIPTCPOPT?\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toMatch(/^\+CIPTCPOPT:0,2,1,70\r\n/);
    await host.asks('AT+CIPTCPOPT=0,-2', '\r\nERROR\r\n');
  });
});

describe('what is kept and shown', () => {
  it.each<readonly [FirmwareVersion, string, string, string, string]>([
    ['1.7.4', '+CIPSSLCCONF', ':0', '2', ':2'],
    ['1.7.4', '+SLEEP', ':2', '1', ':1'],
    [
      '1.7.4',
      '+CWDHCPS_CUR',
      '=120,192.168.4.2,192.168.4.101',
      '1,3,"192.168.4.10","192.168.4.15"',
      '=3,192.168.4.10,192.168.4.15',
    ],
    ['1.7.4', '+CIPAPMAC_CUR', ':"02:00:00:00:00:02"', '"18:fe:35:98:d3:7b"', ':"18:fe:35:98:d3:7b"'],
    ['1.5', '+CIPSTAMAC_DEF', ':"02:00:00:00:00:01"', '"1a:fe:35:98:d3:7b"', ':"1a:fe:35:98:d3:7b"'],
    ['2.2.2', '+SLEEP', ':0', '3', ':3'],
    ['2.2.2', '+RFPOWER', ':78', '82', ':82'],
    ['2.2.2', '+CIPRECONNINTV', ':1', '36000', ':36000'],
    ['2.2.2', '+CWRECONNCFG', ':1,0', '60,1000', ':60,1000'],
    ['2.2.2', '+CWCOUNTRY', ':0,"CN",1,13', '1,"DE",1,14', ':1,"DE",1,14'],
    ['2.2.2', '+CWSTAPROTO', ':7', '3', ':3'],
    ['2.2.2', '+CWAPPROTO', ':3', '1', ':1'],
    ['2.2.2', '+CIPV6', ':0', '1', ':1'],
    ['2.2.2', '+CIPSTAMAC', ':"02:00:00:00:00:01"', '"1A:fe:35:98:d3:7b"', ':"1a:fe:35:98:d3:7b"'],
  ])('AT %s: %s', async (firmware, name, fresh, given, then) => {
    const host = await modems.ready({ firmware });
    await host.asks(`AT${name}?`, `${name}${fresh}\r\n\r\nOK\r\n`);
    await host.asks(`AT${name}=${given}`);
    await host.asks(`AT${name}?`, `${name}${then}\r\n\r\nOK\r\n`);
    await host.asks(`AT${name}=`, firmware === '2.2.2' ? '\r\nERROR\r\n' : 'Miss param\r\n\r\nERROR\r\n');
  });

  it('survives a restart if it is in the flash, but no factory reset', async () => {
    const host = await modems.ready({ firmware: '2.2.2' });
    await host.asks('AT+CIPRECONNINTV=7');
    await host.asks('AT+CIPAP="192.168.9.1"');
    await host.asks('AT+SYSSTORE=0');
    await host.asks('AT+CWRECONNCFG=5,5');
    const restart = async (command: string): Promise<void> => {
      host.type(`${command}\r\n`);
      await host.readsUntil(/ready\r\n/);
      host.type('ATE0\r\n');
      await host.readsUntil(/ATE0\r\n\r\nOK\r\n/);
    };
    await restart('AT+RST');
    await host.asks('AT+CIPRECONNINTV?', '+CIPRECONNINTV:7\r\n\r\nOK\r\n');
    await host.asks('AT+CWRECONNCFG?', '+CWRECONNCFG:1,0\r\n\r\nOK\r\n');
    host.type('AT+CIPAP?\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toContain('+CIPAP:ip:"192.168.9.1"');

    await restart('AT+RESTORE');
    await host.asks('AT+CIPRECONNINTV?', '+CIPRECONNINTV:1\r\n\r\nOK\r\n');
    await host.asks('AT+CWMODE?', '+CWMODE:0\r\n\r\nOK\r\n');
    expect(host.emulator.state).toMatchObject({ wifi: 'idle', mux: false });
  });
});
