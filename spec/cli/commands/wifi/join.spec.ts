import { describe, expect, it } from '@jest/globals';

import { machine } from '../../../../src';
import { servePty } from '../../../../src/emulator';
import { runCommand } from '../../support/runCommand';

const port = ['--port', 'emulator:'];
const environment = { RX_USOCKET_KEY: 'my-password' };

describe('rx-usocket join', () => {
  it('joins a network, and the modem stays there until it leaves', async () => {
    const modem = await servePty({ latency: 0 });
    const at = ['--port', modem.path];
    try {
      expect(await runCommand(['join', 'my-ssid', ...at], { environment })).toEqual({
        code: 0,
        stdout: 'On my-ssid as 192.168.1.50, gateway 192.168.1.1.\n',
        stderr: '',
      });
      expect(modem.emulator.state.wifi).toBe('joined');
      expect(await runCommand(['leave', ...at])).toEqual({ code: 0, stdout: 'Left my-ssid.\n', stderr: '' });
      expect((await runCommand(['leave', ...at])).stdout).toBe('The modem was on no network.\n');
    } finally {
      await modem.close();
    }
  });

  it('tells the addresses as JSON, of the network in the environment', async () => {
    const { stdout } = await runCommand(['join', '--json', ...port], {
      environment: { ...environment, RX_USOCKET_SSID: 'my-ssid' },
    });
    expect(JSON.parse(stdout)).toEqual({
      ssid: 'my-ssid',
      address: '192.168.1.50',
      netmask: '255.255.255.0',
      gateway: '192.168.1.1',
    });
  });

  it.each([
    ['a wrong key', ['join', 'my-ssid', ...port], { RX_USOCKET_KEY: 'wrong-password' }, 5, 'key'],
    ['no network', ['join', ...port], {}, 2, 'no network to join'],
    ['a second name', ['join', 'one', 'two', ...port], {}, 2, 'too many arguments'],
    ['an argument of leave', ['leave', 'one', ...port], {}, 2, 'too many arguments'],
  ])('refuses %s', async (_what, args, given, code, message) => {
    const outcome = await runCommand(args, { environment: given });
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toContain('wrong-password');
  });

  it('stops joining at Ctrl-C, and closes the line', async () => {
    const slow = { latency: 0, accessPoints: [{ ssid: 'slow', association: 600_000 }] };
    const uart = new machine.UART('emulator:', 115_200, { emulator: slow });
    const { code, stderr } = await runCommand(['join', 'slow', '--verbose', ...port], {
      openLine: () => uart,
      stopAt: /CWJAP/,
    });
    expect(code).toBe(130);
    expect(stderr).not.toContain('rx-usocket:');
    await expect(uart.write('AT\r\n')).rejects.toMatchObject({ code: 'EBADF' });
  });
});
