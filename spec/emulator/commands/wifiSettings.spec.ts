import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { createEmulator, type EmulatorOptions, firmwareVersions } from '../../../src/emulator';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems } = modemsAndPeers();

const error = '\r\nERROR\r\n';
const unsetClock = /Thu Jan (?:01| 1) 00:00:00 1970/;

describe.each(firmwareVersions)('Wi-Fi settings of AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';
  const current = nonos ? '_CUR' : '';
  const ready = (options: EmulatorOptions = {}) => modems.ready({ firmware, ...options });

  describe('its own network', () => {
    const cwsap = `AT+CWSAP${current}`;

    it('is set up in mode 2 or 3 only', async () => {
      const host = await ready();
      await host.asks(`${cwsap}="board","12345678",5,3`, error);
      expect(host.emulator.state.softAp).toBeUndefined();
      await host.asks(`AT+CWMODE${current}=3`);
      await host.asks(`${cwsap}="my\\,board","12345678",5,3`);
      expect(host.emulator.state.softAp).toMatchObject({ ssid: 'my,board', key: '12345678', channel: 5, ecn: 3 });
      await host.asks(`${cwsap}?`, `+CWSAP${current}:"my,board","12345678",5,3,4,0\r\n\r\nOK\r\n`);
      expect(host.emulator.state.wifi).toBe('joined');
    });

    it.each([
      ['a key of 7 bytes', '"board","1234567",5,3'],
      ['a key of 65 bytes', `"board","${'1'.repeat(65)}",5,3`],
      ['a name of 33 bytes', `"${'b'.repeat(33)}","12345678",5,3`],
      ['no name', '"","12345678",5,3'],
      ['channel 0', '"board","12345678",0,3'],
      ['channel 15', '"board","12345678",15,3'],
      ['WEP', '"board","12345678",5,1'],
      ['no encryption given', '"board","12345678",5'],
    ])('refuses %s', async (_, given) => {
      const host = await ready();
      await host.asks(`AT+CWMODE${current}=3`);
      host.type(`${cwsap}=${given}\r\n`);
      expect(await host.readsUntil(/ERROR\r\n/)).toMatch(/^(?:Miss param\r\n)?\r\nERROR\r\n$/);
    });

    it('may be open, without a key', async () => {
      const host = await ready();
      await host.asks(`AT+CWMODE${current}=3`);
      await host.asks(`${cwsap}="board","",5,0`);
      expect(host.emulator.state.softAp).toMatchObject({ ssid: 'board', ecn: 0 });
    });

    it('does not outlive a reset where it was not saved', async () => {
      const host = await ready();
      if (!nonos) await host.asks('AT+SYSSTORE=0');
      await host.asks(`AT+CWMODE${current}=3`);
      await host.asks(`${cwsap}="board","12345678",5,3`);
      host.emulator.fault({ kind: 'reset' });
      await host.readsUntil(/ready\r\n/);
      expect(host.emulator.state.softAp).toBeUndefined();
    });

    it('S64 tells of its stations, since 1.6, and of an address twice when asked to', async () => {
      const host = await ready();
      const mac = 'a4:5e:60:00:00:01';
      host.emulator.softApClient(mac, '192.168.4.2');
      await host.readsNothing();
      await host.asks(`AT+CWMODE${current}=3`);
      host.emulator.softApClient(mac, '192.168.4.2', 2);
      host.emulator.softApClient(mac);
      const address = `+DIST_STA_IP:"${mac}","192.168.4.2"\r\n`;
      if (firmware !== '1.5') {
        await host.reads(`+STA_CONNECTED:"${mac}"\r\n${address}${address}+STA_DISCONNECTED:"${mac}"\r\n`);
      }
      await host.readsNothing();
    });
  });

  describe('its address', () => {
    const plan = (ip: string, gateway: string, mask: string) => {
      const name = `+CIPSTA${current}`;
      return `${name}:ip:"${ip}"\r\n${name}:gateway:"${gateway}"\r\n${name}:netmask:"${mask}"\r\n\r\nOK\r\n`;
    };

    it('is set by command, gateway before mask, and DHCP is off then', async () => {
      const host = await ready();
      await host.asks(`AT+CIPSTA${current}="10.0.0.7","10.0.0.1","255.255.0.0"`);
      await host.asks(`AT+CIPSTA${current}?`, plan('10.0.0.7', '10.0.0.1', '255.255.0.0'));
      await host.asks('AT+CWDHCP?', `+CWDHCP:${nonos ? 1 : 2}\r\nOK\r\n`);
    });

    it('comes from DHCP again once that is on', async () => {
      const host = await ready();
      await host.asks(`AT+CIPSTA${current}="10.0.0.7","10.0.0.1","255.255.0.0"`);
      await host.asks(`AT+CWDHCP${current}=1,1`);
      await host.asks(`AT+CIPSTA${current}?`, plan('192.168.1.50', '192.168.1.1', '255.255.255.0'));
      await host.asks('AT+CWQAP', nonos ? '\r\nOK\r\nWIFI DISCONNECT\r\n' : 'WIFI DISCONNECT\r\n\r\nOK\r\n');
      await host.asks(`AT+CIPSTA${current}?`, plan('0.0.0.0', '0.0.0.0', '0.0.0.0'));
    });

    it('joins a network without DHCP with an address set by command', async () => {
      const host = await ready({ stored: { ssid: 'nowhere' }, accessPoints: [{ ssid: 'a', dhcp: false }] });
      await host.asks(`AT+CIPSTA${current}="10.0.0.7"`);
      await host.asks(`AT+CWJAP${current}="a",""`, 'WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n');
      expect(host.emulator.state.address).toBe('10.0.0.7');
    });

    it('refuses what is not an address', async () => {
      const host = await ready();
      await host.asks(`AT+CIPSTA${current}="10.0.0.256"`, nonos ? `IP ERROR\r\n${error}` : error);
    });

    it('takes as many name servers as it has room for', async () => {
      const host = await ready();
      const query = `AT+CIPDNS${current}?`;
      await host.asks(`AT+CIPDNS${current}=1,"10.0.0.1","10.0.0.2"`);
      await host.asks(
        query,
        nonos
          ? '+CIPDNS_CUR:10.0.0.1\r\n+CIPDNS_CUR:10.0.0.2\r\n\r\nOK\r\n'
          : '+CIPDNS:1,"10.0.0.1","10.0.0.2"\r\n\r\nOK\r\n',
      );
      await host.asks(`AT+CIPDNS${current}=1,"10.0.0.1","10.0.0.2","10.0.0.3"`, nonos ? error : undefined);
      await host.asks(`AT+CIPDNS${current}=0`);
      await host.asks(
        query,
        nonos ? '+CIPDNS_CUR:208.67.222.222\r\n\r\nOK\r\n' : '+CIPDNS:0,"208.67.222.222"\r\n\r\nOK\r\n',
      );
    });
  });

  describe('its names', () => {
    it('gives its host name with the next join, and forgets it in a reset', async () => {
      const host = await ready();
      expect(host.emulator.state.hostName).toBe('ESP_000002');
      await host.asks('AT+CWHOSTNAME="my-board"');
      await host.asks('AT+CWHOSTNAME?', '+CWHOSTNAME:my-board\r\n\r\nOK\r\n');
      expect(host.emulator.state.hostName).toBe('ESP_000002');
      host.type(`AT+CWJAP${current}="my-ssid","my-password"\r\n`);
      await host.readsUntil(/OK\r\n/);
      expect(host.emulator.state.hostName).toBe('my-board');
      host.emulator.fault({ kind: 'reset' });
      await host.readsUntil(/ready\r\n/);
      host.type('AT+CWHOSTNAME?\r\n');
      await host.readsUntil(/\+CWHOSTNAME:ESP_000002\r\n\r\nOK\r\n/);
    });

    it('refuses a host name of 33 bytes', async () => {
      const host = await ready();
      await host.asks(`AT+CWHOSTNAME="${'b'.repeat(33)}"`, error);
    });

    it('tells its hardware address', async () => {
      const host = await ready();
      const name = `+CIPSTAMAC${current}`;
      await host.asks(`AT${name}?`, `${name}:"02:00:00:00:00:01"\r\n\r\nOK\r\n`);
    });
  });

  describe('its clock', () => {
    /** What it shows `ms` milliseconds after it was told to ask these servers. */
    function shows(servers: string, ms: number, options: EmulatorOptions = {}): string {
      const scheduler = new VirtualTimeScheduler();
      const latencies = { command: [0, 0], clock: [500, 500] } as const;
      const stored = { ssid: 'my-ssid', key: 'my-password' };
      const emulator = createEmulator({ firmware, scheduler, interleave: 0, latencies, stored, ...options });
      let heard = '';
      emulator.uart.rx$.subscribe({
        next: (chunk) => (heard += Buffer.from(chunk).toString('latin1')),
        error: () => undefined,
      });
      const type = (line: string) => emulator.uart.write(Buffer.from(`${line}\r\n`)).subscribe();
      type(`ATE0\r\nAT+CIPSNTPCFG=1,0${servers}`);
      scheduler.schedule(() => type('AT+CIPSNTPTIME?'), ms);
      scheduler.flush();
      emulator.close();
      return /\+CIPSNTPTIME:(.*)\r\n/.exec(heard)?.[1] ?? heard;
    }

    it('is the epoch until a time server has answered, and shows the day as its family does', () => {
      expect(shows('', 499)).toMatch(unsetClock);
      // Virtual time begins in 1970: a minute of it is the time of day.
      expect(shows('', 61_000)).toBe(`Thu Jan ${nonos ? '01' : ' 1'} 00:01:01 1970`);
      expect(shows('', 86_400_000 * 400)).toBe(`Fri Feb ${nonos ? '05' : ' 5'} 00:00:00 1971`);
    });

    it('is not set by a server that does not exist, nor without a network', () => {
      expect(shows(',"ntp.test"', 60_000)).toMatch(unsetClock);
      expect(shows(',"ntp.test"', 60_000, { hosts: { 'ntp.test': 'unreachable' } })).toMatch(unsetClock);
      expect(shows(',"ntp.test"', 60_000, { hosts: { 'ntp.test': '127.0.0.1' } })).not.toMatch(unsetClock);
      expect(shows('', 60_000, { accessPoints: [] })).toMatch(unsetClock);
    });
  });
});
