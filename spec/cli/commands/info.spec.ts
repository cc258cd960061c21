import { describe, expect, it } from '@jest/globals';

import { servePty } from '../../../src/emulator';
import { runCommand } from '../support/runCommand';

describe('rx-usocket info', () => {
  const joined = ['--ssid', 'my-ssid'];
  const environment = { RX_USOCKET_KEY: 'my-password' };

  it('tells about the modem and its network', async () => {
    const { code, stdout, stderr } = await runCommand(['info', '--port', 'emulator:', ...joined], { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Firmware +AT 1\.7\.4/m);
    expect(stdout).toMatch(/^Speed +115200 bit\/s$/m);
    expect(stdout).toMatch(/^Network +my-ssid, ([\da-f]{2}:){5}[\da-f]{2}, -\d+ dBm$/m);
    expect(stdout).toMatch(/^Address +\d+\.\d+\.\d+\.\d+$/m);
  });

  it('tells it as JSON', async () => {
    const { stdout } = await runCommand(['info', '--json', ...joined], {
      environment: { ...environment, RX_USOCKET_PORT: 'emulator:', RX_USOCKET_BAUD: '921600' },
    });
    expect(JSON.parse(stdout)).toMatchObject({ baud: 921_600, network: { ssid: 'my-ssid' } });
  });

  it('tells of a modem on a terminal that is on no network', async () => {
    const modem = await servePty({ latency: 0 });
    try {
      const { code, stdout } = await runCommand(['info', '--port', modem.path, '--baud', 'auto'], { environment });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Network +none$/m);
      expect(stdout).not.toMatch(/^Address/m);
    } finally {
      await modem.close();
    }
  });
});
