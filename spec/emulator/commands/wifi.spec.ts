import { describe, expect, it } from '@jest/globals';

import { firmwareVersions } from '../../../src/emulator';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems } = modemsAndPeers();

const joined = 'WIFI CONNECTED\r\nWIFI GOT IP\r\n';
const alone = { stored: { ssid: 'nowhere' } };

describe.each(firmwareVersions)('Wi-Fi of AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';
  const failed = nonos ? '\r\nFAIL\r\n' : '\r\nERROR\r\n';
  const cwjap = nonos ? 'AT+CWJAP_CUR' : 'AT+CWJAP';

  it('S10 joins, with escapes in the names', async () => {
    const accessPoints = [{ ssid: 'my,net', key: 'pass"w\\ord' }];
    const host = await modems.ready({ firmware, ...alone, accessPoints });
    await host.asks(`${cwjap}="my\\,net","pass\\"w\\\\ord"`, `${joined}\r\nOK\r\n`);
    expect(host.emulator.state).toMatchObject({ wifi: 'joined', address: '192.168.1.50' });
  });

  it('refuses a comma in quotes that is not escaped', async () => {
    const host = await modems.ready({ firmware, ...alone, accessPoints: [{ ssid: 'my,net', key: 'long-enough' }] });
    await host.asks(`${cwjap}="my,net","k"`, '\r\nERROR\r\n');
  });

  it('answers a key that is too short as it answers a wrong one', async () => {
    const host = await modems.ready({ firmware, ...alone });
    await host.asks(`${cwjap}="my-ssid","short"`, `+CWJAP:2\r\n${failed}`);
  });

  it('S11 tells apart a wrong key, an unknown network, and an access point that refuses', async () => {
    const accessPoints = [
      { ssid: 'a', key: 'long-enough' },
      { ssid: 'b', key: 'long-enough', wrongKeyCode: 4 as const },
      { ssid: 'c', fails: 1 as const },
      { ssid: 'd', fails: 4 as const },
    ];
    const host = await modems.ready({ firmware, ...alone, accessPoints, joinTimeout: 5 });
    await host.asks(`${cwjap}="a","wrong"`, `+CWJAP:2\r\n${failed}`);
    await host.asks(`${cwjap}="b","wrong"`, `+CWJAP:4\r\n${failed}`);
    await host.asks(`${cwjap}="c",""`, `+CWJAP:1\r\n${failed}`);
    await host.asks(`${cwjap}="d",""`, `+CWJAP:4\r\n${failed}`);
    await host.asks(`${cwjap}="e",""`, `+CWJAP:3\r\n${failed}`);
  });

  it('gives up on a network without DHCP', async () => {
    const host = await modems.ready({ firmware, ...alone, accessPoints: [{ ssid: 'a', dhcp: false }], joinTimeout: 5 });
    const words = nonos ? 'DHCP TIMEOUT\r\n' : '';
    await host.asks(`${cwjap}="a",""`, `WIFI CONNECTED\r\n${words}WIFI DISCONNECT\r\n+CWJAP:1\r\n${failed}`);
  });

  it('S12 is busy while joining, and answers once', async () => {
    const host = await modems.ready({ firmware, ...alone, latency: 0.01 });
    host.type(`${cwjap}="my-ssid","my-password"\r\n`);
    await host.asks('AT+CIPSTATUS', '\r\nbusy p...\r\n');
    await host.reads(`${joined}\r\nOK\r\n`);
    await host.readsNothing();
  });

  it('S13 loses Wi-Fi and gets it back', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'wifi-lost', for: 5 });
    await host.reads(`WIFI DISCONNECT\r\n${joined}`);
  });

  it('loses the addresses of its network, cannot join it then, and gets them back', async () => {
    const host = await modems.ready({ firmware, joinTimeout: 5 });
    const words = nonos ? 'DHCP TIMEOUT\r\n' : '';
    host.emulator.fault({ kind: 'dhcp-lost' });
    await host.reads(`WIFI DISCONNECT\r\nWIFI CONNECTED\r\n${words}`);
    await host.asks(
      `${cwjap}="my-ssid","my-password"`,
      `WIFI CONNECTED\r\n${words}WIFI DISCONNECT\r\n+CWJAP:1\r\n${failed}`,
    );
  });

  it('gets an address again when the network gives addresses', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'dhcp-lost', for: 5 });
    await host.reads(`WIFI DISCONNECT\r\nWIFI CONNECTED\r\n${joined}`);
  });

  it('S14 starts no link without an address', async () => {
    const host = await modems.ready({ firmware, ...alone });
    await host.asks(nonos ? 'AT+CWMODE_CUR=1' : 'AT+CWMODE=1');
    const words = nonos ? 'no ip\r\n' : '';
    await host.asks('AT+CIPSTART=0,"TCP","1.2.3.4",80', `${words}\r\nERROR\r\n`);
  });

  it('S14 reaches nobody in its own network alone', async () => {
    const host = await modems.ready({ firmware, ...alone, connectTimeout: 5 });
    await host.asks(nonos ? 'AT+CWMODE_CUR=3' : 'AT+CWMODE=3');
    await host.asks('AT+CIPSTART=0,"TCP","127.0.0.1",80', `\r\nERROR\r\n${nonos ? '0,CLOSED\r\n' : ''}`);
  });

  it('leaves, in the order of its firmware', async () => {
    const host = await modems.ready({ firmware });
    await host.asks('AT+CWQAP', nonos ? '\r\nOK\r\nWIFI DISCONNECT\r\n' : 'WIFI DISCONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n');
    await host.asks('AT+CWJAP?', nonos ? 'No AP\r\n\r\nOK\r\n' : '\r\nOK\r\n');
  });

  it('leaves one network for another', async () => {
    const host = await modems.ready({
      firmware,
      accessPoints: [{ ssid: 'my-ssid', key: 'my-password' }, { ssid: 'other' }],
    });
    await host.asks(`${cwjap}="other",""`, `WIFI DISCONNECT\r\n${joined}\r\nOK\r\n`);
  });

  it('scans, printing names as they are', async () => {
    const accessPoints = [
      { ssid: 'far "net", 2', rssi: -80, channel: 1 },
      { ssid: 'näh', key: 'long-enough', bssid: '02:00:00:00:00:09', rssi: -40, channel: 11, ecn: 4 },
    ];
    const host = await modems.ready({ firmware, ...alone, accessPoints });
    host.type('AT+CWLAP\r\n');
    const answer = await host.readsUntil(/\r\nOK\r\n/);
    const utf8 = Buffer.from('näh').toString('latin1');
    const [near, far] = answer.split('\r\n');
    expect(near).toMatch(new RegExp(`^\\+CWLAP:\\(4,"${utf8}",-40,"02:00:00:00:00:09",11,-7,0`));
    expect(far).toContain('(0,"far "net", 2",-80,');
    expect(near?.split(',')).toHaveLength(nonos ? 7 : 11);
  });

  it.each([
    ['AT+CWMODE?', '+CWMODE:1\r\n\r\nOK\r\n', '+CWMODE:1\r\n\r\nOK\r\n'],
    ['AT+CWMODE_CUR?', '+CWMODE_CUR:1\r\n\r\nOK\r\n', '\r\nERROR\r\n'],
    ['AT+UART_CUR?', '+UART_CUR:115200,8,1,0,0\r\nOK\r\n', '+UART_CUR:115273,8,1,0,1\r\n\r\nOK\r\n'],
    ['AT+CWDHCP_CUR?', '+CWDHCP_CUR:3\r\nOK\r\n', '\r\nERROR\r\n'],
    ['AT+CWDHCP?', '+CWDHCP:3\r\nOK\r\n', '+CWDHCP:3\r\nOK\r\n'],
    ['AT+CIPDINFO?', '+CIPDINFO:FALSE\r\nOK\r\n', '+CIPDINFO:false\r\nOK\r\n'],
    ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n', '+CIPMUX:1\r\n\r\nOK\r\n'],
    ['AT+CIPDNS_CUR?', '+CIPDNS_CUR:208.67.222.222\r\n\r\nOK\r\n', '\r\nERROR\r\n'],
    ['AT+CIPDNS?', '\r\nERROR\r\n', '+CIPDNS:0,"208.67.222.222"\r\n\r\nOK\r\n'],
    ['AT+CIPSTATUS', 'STATUS:2\r\n\r\nOK\r\n', 'STATUS:2\r\n\r\nOK\r\n'],
    ['AT+CWSTATE?', '\r\nERROR\r\n', '+CWSTATE:2,"my-ssid"\r\n\r\nOK\r\n'],
    ['AT+CIPSERVER?', '\r\nERROR\r\n', '+CIPSERVER:0\r\n\r\nOK\r\n'],
    [
      'AT+CIPSNTPTIME?',
      '+CIPSNTPTIME:Thu Jan 01 00:00:00 1970\r\n\r\nOK\r\n',
      '+CIPSNTPTIME:Thu Jan  1 00:00:00 1970\r\n\r\nOK\r\n',
    ],
    [
      'AT+CIFSR',
      '+CIFSR:STAIP,"192.168.1.50"\r\n+CIFSR:STAMAC,"02:00:00:00:00:01"\r\n\r\nOK\r\n',
      '+CIFSR:STAIP,"192.168.1.50"\r\n+CIFSR:STAMAC,"02:00:00:00:00:01"\r\n\r\nOK\r\n',
    ],
    [
      'AT+CIPSTA?',
      '+CIPSTA:ip:"192.168.1.50"\r\n+CIPSTA:gateway:"192.168.1.1"\r\n+CIPSTA:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
      '+CIPSTA:ip:"192.168.1.50"\r\n+CIPSTA:gateway:"192.168.1.1"\r\n+CIPSTA:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
    ],
  ])('answers %s', async (query, ofNonos, ofEspAt) => {
    const host = await modems.ready({ firmware });
    await host.asks(query, nonos ? ofNonos : ofEspAt);
  });

  it('tells which network it has joined', async () => {
    const host = await modems.ready({ firmware });
    const head = `"my-ssid","02:00:5e:00:00:01",6,-52`;
    const answers = {
      '1.5': `+CWJAP_CUR:${head}\r\n\r\nOK\r\n`,
      '1.7.4': `+CWJAP_CUR:${head},0\r\n\r\nOK\r\n`,
      '2.2.2': `+CWJAP:${head},0,1,3,0,1\r\n\r\nOK\r\n`,
    };
    await host.asks('AT+CWJAP?', answers[firmware]);
  });

  it('counts the bits of CWDHCP as its family does', async () => {
    const host = await modems.ready({ firmware });
    // Switches DHCP of the station off and leaves the softAP's on.
    await host.asks(nonos ? 'AT+CWDHCP_CUR=1,0' : 'AT+CWDHCP=0,1');
    await host.asks('AT+CWDHCP?', nonos ? '+CWDHCP:1\r\nOK\r\n' : '+CWDHCP:2\r\nOK\r\n');
  });
});
