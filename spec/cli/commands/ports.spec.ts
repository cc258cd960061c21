import { describe, expect, it } from '@jest/globals';

import { createEmulator } from '../../../src/emulator';
import { faultyLine } from '../support/faultyLine';
import { runCommand } from '../support/runCommand';

const listPorts = () =>
  Promise.resolve([
    { path: '/dev/ttyS0' },
    { path: '/dev/ttyUSB2', vendorId: '1234', productId: '0001', manufacturer: 'Scales\u001b[2J' },
    { path: '/dev/ttyUSB0', vendorId: '10C4', productId: 'EA60', manufacturer: 'Silicon Labs' },
    { path: '/dev/ttyUSB1', vendorId: '1a86', productId: '7523' },
  ]);
/** A modem that speaks at 9600 bit/s, and a port where nothing answers. */
const openLine = (path: string) => {
  if (path !== '/dev/ttyUSB0') return faultyLine({});
  const emulator = createEmulator({ latency: 0, baud: 9600 });
  emulator.setHostBaud(115_200);
  return emulator.uart;
};

describe('rx-usocket ports', () => {
  it('shows the ports with a USB device, those that look like modems first', async () => {
    const { code, stdout, stderr } = await runCommand(['ports'], { listPorts });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^Port +Device +USB +Modem$/),
      expect.stringMatching(/^\/dev\/ttyUSB0 +Silicon Labs CP2102, CP2104 +10c4:ea60 +perhaps$/),
      expect.stringMatching(/^\/dev\/ttyUSB1 +WCH CH340 +1a86:7523 +perhaps$/),
      expect.stringMatching(/^\/dev\/ttyUSB2 +Scales\ufffd\[2J +1234:0001$/),
      '1 more without a USB device; --all shows them.',
      '',
    ]);
  });

  it('shows all ports, as JSON', async () => {
    const { stdout } = await runCommand(['ports', '--all', '--json'], { listPorts });
    expect(JSON.parse(stdout)).toContainEqual({ path: '/dev/ttyS0' });
  });

  it('asks those that look like modems', async () => {
    const { stdout } = await runCommand(['ports', '--probe'], { listPorts, openLine, pace: 0.3 });
    expect(stdout).toMatch(/^\/dev\/ttyUSB0 .* AT 1\.7\.4[\w.]*, 9600 bit\/s$/m);
    expect(stdout).toMatch(/^\/dev\/ttyUSB1 .* no answer$/m);
    expect(stdout).toMatch(/^\/dev\/ttyUSB2 .* not asked$/m);
  });

  it('tells as JSON what it has found, and which port cannot be opened', async () => {
    const { stdout } = await runCommand(['ports', '--probe', '--json'], {
      listPorts: () => Promise.resolve([{ path: '/dev/no-such-port', vendorId: '1a86', productId: '7523' }]),
      pace: 0.1,
    });
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ adapter: 'WCH CH340', modem: { none: expect.stringContaining('no such port') } }),
    ]);
  });

  it('says that there is none', async () => {
    const outcome = await runCommand(['ports'], { listPorts: () => Promise.resolve([]) });
    expect(outcome).toEqual({ code: 0, stdout: 'There is no port with a USB device.\n', stderr: '' });
  });

  it('fails when they cannot be listed', async () => {
    const outcome = await runCommand(['ports'], { listPorts: () => Promise.reject(new Error('no udevadm')) });
    expect(outcome).toMatchObject({ code: 1, stderr: 'rx-usocket: the ports cannot be listed: no udevadm\n' });
  });

  it('says what is missing where there is no udev', async () => {
    const missing = Object.assign(new Error('spawn udevadm ENOENT'), { code: 'ENOENT' });
    const outcome = await runCommand(['ports'], { listPorts: () => Promise.reject(missing) });
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('install udev') });
  });

  it('stops at Ctrl-C', async () => {
    const stopping = new AbortController();
    const { code, stdout } = await runCommand(['ports', '--probe'], {
      listPorts,
      signal: stopping.signal,
      openLine: () => {
        stopping.abort(new Error('stopped'));
        return faultyLine({});
      },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('refuses an argument', async () => {
    expect(await runCommand(['ports', '/dev/ttyUSB0'])).toMatchObject({ code: 2, stdout: '' });
  });
});
