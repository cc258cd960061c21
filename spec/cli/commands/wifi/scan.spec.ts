import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import type { EmulatorOptions } from '../../../../src/emulator';
import { startProgram } from '../../../../harness/processes/program';
import { runCommand } from '../../support/runCommand';

const emulator: EmulatorOptions = {
  accessPoints: [
    { ssid: 'far', rssi: -80, channel: 1, bssid: '02:00:5e:00:00:07', ecn: 0 },
    { ssid: 'near\u001b[2J', key: 'my-password', rssi: -50 },
  ],
};
const scan = ['scan', '--port', 'emulator:'];

describe('rx-usocket scan', () => {
  it('shows the networks in a table, the strongest first, without what steers a terminal', async () => {
    const { code, stdout, stderr } = await runCommand(scan, { emulator });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^Network +Signal +Encryption +Channel +Access point$/),
      expect.stringMatching(/^near\ufffd\[2J +▂▄▆█ -50 dBm +WPA2 +6 +02:/),
      expect.stringMatching(/^far +▂··· -80 dBm +open +1 +02:00:5e:00:00:07$/),
      '',
    ]);
  });

  it('shows them as JSON', async () => {
    const { stdout } = await runCommand([...scan, '--json'], { emulator });
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ ssid: 'near\u001b[2J' }),
      { ssid: 'far', rssi: -80, encryption: 0, bssid: '02:00:5e:00:00:07', channel: 1 },
    ]);
  });

  it('says when there is none', async () => {
    const { stdout } = await runCommand(scan, { emulator: { accessPoints: [] } });
    expect(stdout).toBe('There is no network in range.\n');
  });

  it('looks again and again until Ctrl-C', async () => {
    const watch = [...scan, '--watch', '--every', '0ms'];
    const { code, stdout, stderr } = await runCommand(watch, { emulator, stopAt: /(Network[^]*){3}/ });
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).not.toContain('\u001b');
  });

  it('clears a terminal before each look', async () => {
    const output = Object.assign(new PassThrough(), { isTTY: true });
    const stopping = new AbortController();
    let looks = 0;
    output.on('data', (chunk) => {
      looks += String(chunk).split('\u001b[2J\u001b[H').length - 1;
      if (looks > 1) stopping.abort(new Error('enough'));
    });
    const { signal } = stopping;
    const { code } = await runCommand([...scan, '--watch', '--every', '0ms'], { output, signal, emulator });
    expect({ code, looks }).toEqual({ code: 1, looks: 2 });
  });

  it('ends in order with SIGINT', async () => {
    await using program = startProgram('src/cli/main.ts', [...scan, '--watch']);
    await program.printed(/my-ssid/);
    program.signal('SIGINT');
    expect(await program.outcome).toMatchObject({ code: 130, stderr: '' });
  });

  it('refuses a pause that is none', async () => {
    expect(await runCommand([...scan, '--every', 'soon'])).toMatchObject({ code: 2, stdout: '' });
  });
});
