import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { machine } from '../../../src';
import { failureOf } from '../../../harness/interfaces/failure';
import type { CommandContext } from '../../../src/cli/console/context';
import { withModem } from '../../../src/cli/modem/withModem';
import { faultyLine } from '../support/faultyLine';
import { runCommand } from '../support/runCommand';

describe('a command with a modem', () => {
  const info = ['info', '--port', 'emulator:'];

  it.each([
    ['no port', ['info'], {}, 2, 'there is no port; try --port'],
    ['a port that is none', ['info', '--port', 'ftp://host'], {}, 2, 'ftp: is not a known kind of line'],
    ['a port that is not there', ['info', '--port', '/dev/no-such-port'], {}, 3, '/dev/no-such-port'],
    ['a bad speed', [...info, '--baud', 'fast'], {}, 2, 'or auto'],
    ['a bad speed in the environment', info, { RX_USOCKET_BAUD: 'fast' }, 2, 'RX_USOCKET_BAUD is fast'],
    ['an unknown network', [...info, '--ssid', 'elsewhere'], {}, 5, 'elsewhere'],
    ['a name that is too long', [...info, '--ssid', 'x'.repeat(33)], {}, 2, '32'],
    ['a key without a network', [...info, '--key', 'secret-key'], {}, 2, 'name it with --ssid'],
    ['two manners at once', [...info, '--quiet', '--verbose'], {}, 2, 'cannot be used with'],
    ['an unknown command', ['inform'], {}, 2, "unknown command 'inform'"],
  ])('refuses %s', async (_what, args, environment, code, message) => {
    const outcome = await runCommand(args, { environment });
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toContain('secret-key');
  });

  it('warns of a key that is an argument', async () => {
    const withKey = [...info, '--ssid', 'my-ssid', '--key', 'my-password'];
    const { code, stderr } = await runCommand(withKey);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Warning: .* can see --key.*\n$/) });
    expect(await runCommand([...withKey, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('shows what is said on the line, without the key', async () => {
    const environment = { RX_USOCKET_KEY: 'my-password' };
    const { stderr } = await runCommand([...info, '--ssid', 'my-ssid', '--verbose'], { environment });
    expect(stderr).toMatch(/^> .*AT\+CWJAP/m);
    expect(stderr).not.toContain('my-password');
  });

  const slowNetwork = { latency: 1, accessPoints: [{ ssid: 'my-ssid', key: '', association: 60_000 }] };

  it.each([
    ['the modem', /^Still waiting for the modem at emulator: to answer\.$/m, { openLine: () => faultyLine({}) }],
    ['the network', /^Still waiting for the network my-ssid\.$/m, { emulator: slowNetwork }],
  ])('tells that it waits for %s', async (_what, note, fault) => {
    const waiting = [...info, '--ssid', 'my-ssid'];
    const { code, stderr } = await runCommand(waiting, { ...fault, pace: 0.001, stopAt: note });
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(note) });
  });

  it('closes the line, and what is under way fails, when the command is aborted', async () => {
    const stopping = new AbortController();
    const uart = new machine.UART('emulator:', 115_200, { emulator: { latency: 0 } });
    const context: CommandContext = {
      input: new PassThrough(),
      output: new PassThrough(),
      errors: new PassThrough(),
      terminal: false,
      signal: stopping.signal,
      environment: {},
      openLine: () => uart,
    };
    const heard: unknown[] = [];
    const running = withModem({ port: 'emulator:' }, context, async (nic) => {
      const asked = nic.scan();
      stopping.abort(new Error('stopped'));
      heard.push(await failureOf(asked));
    });
    await expect(running).rejects.toThrow('stopped');
    expect(heard).toEqual([expect.objectContaining({ code: 'EBADF' })]);
    await expect(uart.write('AT\r\n')).rejects.toMatchObject({ code: 'EBADF' });
  });
});
