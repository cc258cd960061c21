import { describe, expect, it } from '@jest/globals';

import { createEmulator, type EmulatorOptions, type FirmwareVersion } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { failureOf } from '../../../harness/interfaces/failure';

describe.each<[FirmwareVersion, string]>([
  ['1.5', '1.5.0.0'],
  ['1.7.4', '1.7.4.0'],
  ['2.2.2', '2.2.2.0'],
])('what the interface tells of itself and its network, with firmware %s', (firmware, version) => {
  function start(options: EmulatorOptions = {}): Promise<ESP8285> {
    return ESP8285.start(createEmulator({ firmware, latency: 0.01, interleave: 0, ...options }).uart);
  }

  it('tells its version', async () => {
    await using nic = await start();
    expect(await nic.version()).toBe(version);
  });

  it('finds the networks in reach, whatever their names', async () => {
    const names = ['my-ssid', 'Caf\u00e9, "upstairs"', ''];
    await using nic = await start({ accessPoints: names.map((ssid) => ({ ssid, key: 'my-password', rssi: -40 })) });
    const found = await nic.scan();
    expect(found).toHaveLength(names.length);
    for (const [index, text] of found.entries()) expect(text.startsWith(`3,"${names[index] ?? ''}",-40,`)).toBe(true);
  });

  it('tells the strength of the signal, and ENOTCONN without a network', async () => {
    await using nic = await start({ accessPoints: [{ ssid: 'my-ssid', key: 'my-password', rssi: -67 }] });
    expect(await failureOf(nic.rssi())).toMatchObject({ code: 'ENOTCONN', syscall: 'rssi' });
    await nic.connect('my-ssid', 'my-password');
    expect(await nic.rssi()).toBe(-67);
  });

  it('pings a host: ENETUNREACH without a network, ETIMEDOUT when nobody answers', async () => {
    await using nic = await start({ hosts: { 'a.example': '127.0.0.1' } });
    const unreachable = await failureOf(nic.ping('a.example'));
    expect(unreachable).toMatchObject({ code: 'ENETUNREACH', syscall: 'ping' });
    expect(unreachable.message).toContain('call nic.connect(ssid, key) first');
    await nic.connect('my-ssid', 'my-password');
    expect(await nic.ping('a.example')).toBeGreaterThanOrEqual(0);
    expect(await failureOf(nic.ping('192.0.2.1'))).toMatchObject({ code: 'ETIMEDOUT', syscall: 'ping' });
    expect(await failureOf(nic.ping('no\nname'))).toMatchObject({ code: 'EINVAL' });
  });
});
