import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { createEmulator, type EmulatorOptions, type FirmwareVersion } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { failureOf } from '../../../harness/interfaces/failure';
import { until } from '../../../harness/peers/peer';

const fast: EmulatorOptions = { latency: 0.01, interleave: 0, latencies: { join: [1, 1], address: [1, 1] } };

describe.each<[FirmwareVersion]>([['1.5'], ['1.7.4'], ['2.2.2']])(
  'settings of a modem with firmware %s',
  (firmware) => {
    async function start(options: EmulatorOptions = {}) {
      const emulator = createEmulator({ firmware, ...fast, ...options });
      const nic = await ESP8285.start(emulator.uart);
      return { emulator, nic, [Symbol.asyncDispose]: () => nic.close() };
    }

    it('opens its own network beside the one that it has joined, and closes it', async () => {
      await using modem = await start();
      await modem.nic.connect('my-ssid', 'my-password');
      await modem.nic.enable_ap('my, "board"', 'a-good-key', 6, modem.nic.WPA_WPA2_PSK);
      expect(modem.emulator.state).toMatchObject({
        mode: 3,
        wifi: 'joined',
        softAp: { ssid: 'my, "board"', key: 'a-good-key', channel: 6, ecn: 4 },
      });
      await modem.nic.disable_ap();
      expect(modem.emulator.state).toMatchObject({ mode: 1, wifi: 'joined', softAp: undefined });
    });

    it('lists the stations on its own network if the firmware reports them', async () => {
      await using modem = await start();
      await modem.nic.enable_ap('board', '', 5, ESP8285.OPEN);
      modem.emulator.softApClient('a4:5e:60:00:00:01', '192.168.4.2', 2);
      const there = [{ mac: 'a4:5e:60:00:00:01', address: '192.168.4.2' }];
      if (firmware === '1.5') {
        await modem.nic.mac();
        expect(await firstValueFrom(modem.nic.stations$)).toEqual([]);
        return;
      }
      expect(await until(modem.nic.stations$, ([station]) => station?.address !== undefined)).toEqual(there);
      modem.emulator.softApClient('a4:5e:60:00:00:01');
      expect(await until(modem.nic.stations$, ({ length }) => length === 0)).toEqual([]);
    });

    it('takes back an address that it has given, and goes back to DHCP', async () => {
      await using modem = await start();
      await modem.nic.connect('my-ssid', 'my-password');
      const byDhcp = await modem.nic.ifconfig();
      await modem.nic.ifconfig(['10.0.0.7', '255.255.0.0', '10.0.0.1', '10.0.0.2']);
      const byHand = await modem.nic.ifconfig();
      expect(byHand.slice(0, 5)).toEqual(['10.0.0.7', '255.255.0.0', '10.0.0.1', '10.0.0.2', '0']);
      await modem.nic.ifconfig(byHand);
      expect(await modem.nic.ifconfig()).toEqual(byHand);
      await modem.nic.ifconfig('dhcp');
      expect(await modem.nic.ifconfig()).toEqual(byDhcp);
    });

    it('joins a network without DHCP with an address that was set by hand', async () => {
      await using modem = await start({ accessPoints: [{ ssid: 'plain', dhcp: false }], joinTimeout: 30 });
      expect(await failureOf(modem.nic.connect('plain'))).toMatchObject({ code: 'ETIMEDOUT' });
      await modem.nic.ifconfig(['10.0.0.7', '255.255.0.0', '10.0.0.1']);
      await modem.nic.connect('plain');
      expect(modem.emulator.state.address).toBe('10.0.0.7');
    });

    it('tells its names, and joins by the one that it was given', async () => {
      await using modem = await start();
      expect(await modem.nic.mac()).toBe('02:00:00:00:00:01');
      await modem.nic.hostname('my, board');
      expect(await modem.nic.hostname()).toBe('my, board');
      await modem.nic.connect('my-ssid', 'my-password');
      expect(modem.emulator.state.hostName).toBe('my, board');
    });

    it('gives the time as a Date', async () => {
      await using modem = await start({ hosts: { 'ntp.test': '127.0.0.1' } });
      expect(await failureOf(modem.nic.time())).toMatchObject({ code: 'ENETUNREACH', syscall: 'time' });
      await modem.nic.connect('my-ssid', 'my-password');
      const before = Date.now();
      const date = await modem.nic.time({ servers: ['ntp.test'] });
      expect(date.getTime()).toBeGreaterThan(before - 1000);
      expect(date.getTime()).toBeLessThanOrEqual(Date.now());
      expect(date.getUTCMilliseconds()).toBe(0);
      const error = await failureOf(modem.nic.time({ servers: ['nobody.test'], timeout: 0.1 }));
      expect(error).toMatchObject({ code: 'ETIMEDOUT' });
      expect(error.message).toContain('nobody.test');
    });

    it.each([
      ['reset', (modem: Awaited<ReturnType<typeof start>>) => modem.nic.reset()],
      [
        'restart by itself',
        (modem: Awaited<ReturnType<typeof start>>) => {
          modem.emulator.fault({ kind: 'reset' });
          return until(modem.nic.status$, ({ modem: state }) => state === 'starting');
        },
      ],
    ])('has all of it again after a %s', async (_, restart) => {
      await using modem = await start();
      await modem.nic.hostname('my-board');
      await modem.nic.ifconfig(['10.0.0.7', '255.255.0.0', '10.0.0.1', '10.0.0.2']);
      await modem.nic.enable_ap('board', 'a-good-key');
      await modem.nic.connect('my-ssid', 'my-password');
      await restart(modem);
      await until(modem.nic.status$, ({ wifi }) => wifi === 'up');
      expect(modem.emulator.state).toMatchObject({
        wifi: 'joined',
        hostName: 'my-board',
        address: '10.0.0.7',
        softAp: { ssid: 'board', key: 'a-good-key', channel: 5, ecn: 3 },
      });
      expect((await modem.nic.ifconfig()).slice(0, 4)).toEqual(['10.0.0.7', '255.255.0.0', '10.0.0.1', '10.0.0.2']);
    });
  },
);
