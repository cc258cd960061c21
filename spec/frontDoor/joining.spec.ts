import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { firstValueFrom } from 'rxjs';

import { failureOf } from '../../harness/interfaces/failure';
import { quickProgram } from './quickProgram';

const firmwares = ['1.5', '1.7.4', '2.2.2'] as const;

describe.each(firmwares)('joining a network with AT %s', (firmware) => {
  it.each([
    ['a wrong key', 'EACCES', { accessPoints: [{ ssid: 'my-ssid', key: 'another-key' }] }, /key/],
    ['no such network', 'ENOENT', { accessPoints: [{ ssid: 'their-ssid', key: 'my-password' }] }, /not found|name/],
    [
      'no address by DHCP',
      'ETIMEDOUT',
      { accessPoints: [{ ssid: 'my-ssid', key: 'my-password', dhcp: false }] },
      /DHCP/,
    ],
    ['a silent access point', 'ETIMEDOUT', { accessPoints: [{ ssid: 'my-ssid', fails: 1 as const }] }, /answer/],
    ['a refusing access point', 'ECONNREFUSED', { accessPoints: [{ ssid: 'my-ssid', fails: 4 as const }] }, /refused/],
  ])('fails for %s with %s, says what to try, and can be tried again', async (_what, code, options, words) => {
    await using modem = await quickProgram({ firmware, joinTimeout: 50, ...options });
    const error = await failureOf(modem.nic.connect('my-ssid', 'my-password'));
    expect(error).toMatchObject({ code, syscall: 'connect' });
    expect(error.message).toMatch(words);
    expect(error.message).toContain('"my-ssid"');
    expect(modem.nic.isconnected()).toBe(false);
    expect(await failureOf(modem.nic.connect('my-ssid', 'my-password'))).toMatchObject({ code });
  });

  it.each([
    ['CR in the SSID', 'my\rssid', 'my-password'],
    ['LF in the SSID', 'my\nssid', 'my-password'],
    ['NUL in the SSID', 'my\0ssid', 'my-password'],
    ['an SSID of 33 bytes', 'ü'.repeat(16) + 'x', 'my-password'],
    ['CR and LF in the key', 'my-ssid', 'my-password\r\nAT+RST'],
    ['NUL in the key', 'my-ssid', 'my\0key'],
    ['a key of 65 bytes', 'my-ssid', 'k'.repeat(65)],
  ])('refuses %s with EINVAL, and writes nothing', async (_what, ssid, key) => {
    await using modem = await quickProgram({ firmware });
    const before = modem.written();
    expect(await failureOf(modem.nic.connect(ssid, key))).toMatchObject({ code: 'EINVAL', errno: 22 });
    expect(modem.written()).toBe(before);
  });

  it.each(['my ssid', 'a,b', 'a"b', 'a\\b', '\\,"', 'Grüße', '=1,2;AT+RST'])(
    'joins %j as it is spelled',
    async (ssid) => {
      const key = `${ssid} password`;
      await using modem = await quickProgram({ firmware, accessPoints: [{ ssid, key }] });
      await modem.nic.connect(ssid, key);
      expect(modem.nic.isconnected()).toBe(true);
    },
  );

  it('refuses a name that is neither text nor bytes with EINVAL', async () => {
    await using modem = await quickProgram({ firmware });
    expect(await failureOf(modem.nic.connect(5 as unknown as string, 'my-password'))).toMatchObject({ code: 'EINVAL' });
  });
});

describe.each(firmwares)('keys with AT %s', (firmware) => {
  it.each([
    ['wrong', { accessPoints: [{ ssid: 'my-ssid', key: 'another-key' }] }],
    ['of no use', { accessPoints: [] }],
    ['not answered', { accessPoints: [{ ssid: 'my-ssid', fails: 1 as const }] }],
    ['without an address', { accessPoints: [{ ssid: 'my-ssid', key: 'S3cr,t "key"\\', dhcp: false }] }],
  ])('that are %s are in no message, no cause, no trace', async (_what, options) => {
    const key = 'S3cr,t "key"\\';
    await using modem = await quickProgram({ firmware, joinTimeout: 30, ...options });
    const error = await failureOf(modem.nic.connect('my-ssid', key));
    expectSecret(error, 'S3cr');
    expectSecret(await firstValueFrom(modem.nic.status$), 'S3cr');
  });

  it.each(['S3cret\r\n', 'S3cret'.repeat(20)])('that cannot be sent are in no message, either', async (key) => {
    await using modem = await quickProgram({ firmware });
    expectSecret(await failureOf(modem.nic.connect('my-ssid', key)), 'S3cr');
  });

  it('are not shown with the interface', async () => {
    await using modem = await quickProgram({ firmware, accessPoints: [{ ssid: 'my-ssid', key: 'S3cret-key' }] });
    await modem.nic.connect('my-ssid', 'S3cret-key');
    expectSecret(modem.nic, 'S3cr');
  });
});

function expectSecret(what: unknown, secret: string): void {
  const shown = [inspect(what, { depth: 8, showHidden: true, getters: true }), String(what)];
  for (let error = what; error instanceof Error; error = error.cause)
    shown.push(error.message, error.stack ?? '', JSON.stringify(error), JSON.stringify(Object.entries(error)));
  for (const text of shown) expect(text.includes(secret)).toBe(false);
}
