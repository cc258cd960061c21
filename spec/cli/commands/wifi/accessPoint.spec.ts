import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createEmulator, type FirmwareVersion, type ServedPty, servePty } from '../../../../src/emulator';
import { startProgram } from '../../../../harness/processes/program';
import { faultyLine } from '../../support/faultyLine';
import { runCommand } from '../../support/runCommand';
import { startCommand } from '../../support/startCommand';

const environment = { RX_USOCKET_AP_KEY: 'a-good-key' };

describe.each<FirmwareVersion>(['1.7.4', '2.2.2'])("the modem's own network, AT %s", (firmware) => {
  let modem: ServedPty;
  let at: readonly string[];

  beforeEach(async () => {
    modem = await servePty({ latency: 0, firmware });
    at = ['--port', modem.path];
  });
  afterEach(() => modem.close());

  it('is opened, shown without its key, and closed', async () => {
    const opened = await runCommand(['ap', 'start', 'my-board', '--channel', '6', ...at], { environment });
    expect(opened).toEqual({
      code: 0,
      stdout: 'The network my-board is open; the modem is 192.168.4.1 there.\n',
      stderr: '',
    });
    modem.emulator.softApClient('02:00:00:00:00:07', '192.168.4.2');
    const shown = await runCommand(['ap', 'status', ...at]);
    expect(shown).toEqual({
      code: 0,
      stdout: 'my-board, channel 6, WPA2; stations: 1\n  02:00:00:00:00:07  192.168.4.2\n',
      stderr: '',
    });
    const { stdout } = await runCommand(['ap', 'status', '--json', ...at]);
    expect(JSON.parse(stdout)).toMatchObject({ isOn: true, ssid: 'my-board' });
    expect(stdout).not.toContain('a-good-key');
    await runCommand(['ap', 'stop', ...at]);
    expect((await runCommand(['ap', 'status', ...at])).stdout).toBe('The modem has no network of its own.\n');
  });
});

describe('rx-usocket ap', () => {
  const start = ['ap', 'start', 'my-board', '--port', 'emulator:'];

  it('shows the stations that come and go, until Ctrl-C', async () => {
    const modem = await servePty({ latency: 0 });
    try {
      const args = ['ap', 'start', 'my-board', '--open', '--watch', '--port', modem.path];
      const { code, stdout } = await runCommand(args, {
        stopAt: /^- 02:00:00:00:00:07$/m,
        printed: (text) => {
          if (text.startsWith('The network')) modem.emulator.softApClient('02:00:00:00:00:07', '192.168.4.2');
          if (text.includes('192.168.4.2')) modem.emulator.softApClient('02:00:00:00:00:07');
        },
      });
      expect({ code, stdout }).toEqual({
        code: 130,
        stdout: expect.stringMatching(/open; .*\n(\+ .*\n)+- 02:00:00:00:00:07\n$/),
      });
    } finally {
      await modem.close();
    }
  });

  it('ends when the line is lost for good', async () => {
    const emulator = createEmulator({ latency: 0 });
    const args = [...start, '--open', '--watch'];
    await using command = startCommand(args, { openLine: () => emulator.uart });
    await command.lines(1);
    emulator.fault({ kind: 'unplug' });
    expect(await command.outcome).toMatchObject({ code: 3, stderr: 'rx-usocket: the virtual modem was unplugged\n' });
  });

  it('goes on showing them at a line that does not keep a process running', async () => {
    await using program = startProgram('src/cli/main.ts', [...start, '--open', '--watch']);
    await program.firstLine();
    program.signal('SIGINT');
    expect(await program.outcome).toMatchObject({ code: 130 });
  });

  it.each([
    ['a network without a key', start, 2, '--open'],
    ['a short key', [...start, '--ap-key', 'short'], 2, '8'],
    ['two wishes', [...start, '--ap-key', 'a-good-key', '--open'], 2, 'cannot be used with'],
    ['a channel that is none', [...start, '--channel', '15'], 2, '1 to 14'],
    ['no name', ['ap', 'start'], 2, "missing required argument 'ssid'"],
    ['a port that is not there', ['ap', 'status', '--port', '/dev/no-such-port'], 3, 'no such port'],
  ])('refuses %s', async (_what, args, code, message) => {
    const outcome = await runCommand(args);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });

  it('says that nothing answers', async () => {
    const outcome = await runCommand(['ap', 'status', '--port', 'a'], { pace: 0.01, openLine: () => faultyLine({}) });
    expect(outcome).toMatchObject({ code: 4, stderr: expect.stringContaining('rx-usocket doctor') });
  });
});
