import { afterAll, beforeAll, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom } from 'rxjs';

import { openPty, type Pty } from '../../../harness/lines/pty';
import { machine } from '../../../src';
import { createEmulator } from '../../../src/emulator';
import { recordUart } from '../../../src/testing';
import { openUart } from '../../../src/transports';
import { collectingTime } from '../../../src/transports/serial/collectingTime';

describe('how long a line collects bytes', () => {
  let pty: Pty;
  let folder = '';

  /** Describes a port as Linux does. */
  const describePort = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
    await mkdir(join(folder, name, 'device'), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, 'device', file), text);
  };

  beforeAll(async () => {
    pty = openPty();
    folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
    await describePort('ttyUSB0', { latency_timer: '16\n' });
    await describePort('ttyUSB1', { latency_timer: '1\n' });
    await describePort('ttyUSB2', {});
    await describePort('ttyUSB3', { latency_timer: 'none\n' });
    await describePort('ttyACM0', {});
    await describePort('rfcomm0', {});
    await symlink(pty.path, join(folder, 'modem'));
  });

  afterAll(async () => {
    pty.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['the timer of the adapter', '/dev/ttyUSB0', 16],
    ['its timer, as it is set', '/dev/ttyUSB1', 1],
    ['an adapter without a timer: some milliseconds of USB', '/dev/ttyUSB2', 4],
    ['a timer that cannot be understood', '/dev/ttyUSB3', 4],
    ['a device that is a modem itself', '/dev/ttyACM0', 4],
    ['a port of the board, which Linux describes elsewhere', '/dev/ttyAMA0', 4],
    ['nothing is known of a radio', '/dev/rfcomm0', undefined],
    ['nothing is known of ports of other systems', 'COM3', undefined],
    ['nor of these', '/dev/tty.usbserial-10', undefined],
  ])('%s: %s %p ms', (_, path, milliseconds) => {
    assert.strictEqual(collectingTime(path, folder), milliseconds);
  });

  it('a pseudo-terminal collects nothing, by any name, also through a machine.UART and a recorder', async () => {
    const link = join(folder, 'modem');
    assert.strictEqual(collectingTime(pty.path), 0);
    assert.strictEqual(collectingTime(link), 0);
    const uart = new machine.UART(link);
    assert.strictEqual(uart.collectsFor, 0);
    assert.strictEqual(recordUart(uart, { sink: () => undefined }).collectsFor, 0);
    await uart.close();
  });

  it('the virtual modem tells its own time', () => {
    const paced = createEmulator({ chunkInterval: 7, baud: 9_600 });
    const unpaced = createEmulator({ chunkInterval: 7, baud: 0 });
    assert.deepStrictEqual([paced.uart.collectsFor, unpaced.uart.collectsFor], [7, 0]);
    paced.close();
    unpaced.close();
  });

  it('a line over a network does not know it', async () => {
    const line = openUart('tcp://127.0.0.1:1');
    assert.strictEqual(line.collectsFor, undefined);
    await lastValueFrom(from(line.close()), { defaultValue: undefined });
  });
});
