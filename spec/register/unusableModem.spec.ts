import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom } from 'rxjs';

import { unusedPort } from '../../harness/peers/tcpServer';
import { ModemNic } from '../../src/register/modemNic';
import type { Settings } from '../../src/register/settings';
import { OSError } from '../../src/usocket';

const settings: Settings = { port: undefined, baud: 115_200, ssid: undefined, key: undefined, direct: undefined };

/** What a look-up through the modem fails with. */
function failureOf(nic: ModemNic): Promise<unknown> {
  return lastValueFrom(nic.resolve('host.example')).catch((error: unknown) => error);
}

describe('a program whose modem cannot be used', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  const told = () => warn.mock.calls.map(([text, options]) => [String(text), (options as { code?: string }).code]);

  beforeEach(() => {
    warn.mockClear();
  });

  it.each([
    [
      'EINVAL',
      { port: 'gopher://host.example' },
      /"gopher:\/\/host.example": gopher: is not a known kind of line; try/,
    ],
    ['ENODEV', {}, /without a modem; set RX_USOCKET_PORT to the line of a modem/],
    ['ENODEV', { port: '/dev/no-such-port' }, /open \/dev\/no-such-port: there is no such port; check the spelling/],
    [
      'EACCES',
      { port: 'emulator:', baud: 921_600, ssid: 'my-ssid', key: 'a wrong key' },
      /did not take the key; check/,
    ],
    [
      'ENETUNREACH',
      { port: 'emulator:', baud: 921_600, ssid: 'no-ssid' },
      /"no-ssid" was not found; is the name right/,
    ],
  ])('is told why, with %s for %j', async (code, given, reason) => {
    const error = await failureOf(new ModemNic({ ...settings, ...given }));
    expect(error).toBeInstanceOf(OSError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(reason) });
    expect(told()).toEqual([[expect.stringMatching(reason), 'RX_USOCKET_MODEM']]);
    expect(told().join()).toMatch(/^Nothing can leave this program, because its modem cannot be used: /);
    expect(told().join()).not.toContain('a wrong key');
  });

  it('does not take the answer of a serial server for that of a host, and is told once of it', async () => {
    const nic = new ModemNic({ ...settings, port: `tcp://127.0.0.1:${await unusedPort()}` });
    const reason = /nobody listens there; check that the server runs/;
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await failureOf(nic)).toMatchObject({
        code: 'ENODEV',
        message: expect.stringMatching(reason),
        cause: { code: 'ECONNREFUSED' },
      });
    }
    expect(told()).toEqual([[expect.stringMatching(reason), 'RX_USOCKET_MODEM']]);
  });
});
