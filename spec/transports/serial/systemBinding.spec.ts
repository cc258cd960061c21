import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom } from 'rxjs';

import { failureOf } from '../../../harness/interfaces/failure';
import { machine } from '../../../src';
import { listPorts, serialUart } from '../../../src/transports';

let loads = 0;
let obstacle: string | undefined;

jest.mock('serialport', () => {
  loads++;
  if (obstacle !== undefined) throw new Error(obstacle);
  return jest.requireActual('serialport');
});

beforeEach(() => {
  jest.resetModules();
  loads = 0;
  obstacle = undefined;
});

describe('the compiled module of serial ports', () => {
  it('is loaded when ports are listed, and not for a line over a network', async () => {
    const uart = new machine.UART('tcp://127.0.0.1:1');
    await expect(uart.read(1)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(loads).toBe(0);
    // Where the operating system has no tool for it, it fails.
    await listPorts().catch(() => []);
    expect(loads).toBe(1);
  });

  it.each([
    // Without `--allow-addons`.
    ['Cannot load native addon because loading addons is disabled.', 'EACCES', /--allow-addons/],
    // Without `--allow-fs-read`, because what loads the module looks for its files.
    ['Access to this API has been restricted. Use --allow-fs-read to manage permissions.', 'EACCES', /--allow-fs-read/],
    ['No native build was found for platform=sunos arch=x64 runtime=node abi=115', 'EIO', /npm rebuild/],
    ["libc.so.6: version `GLIBC_2.99' not found (required by /node.napi.glibc.node)", 'EIO', /npm rebuild/],
    ['libudev.so.1: cannot open shared object file: No such file or directory', 'EIO', /npm rebuild/],
  ])(
    'is missed by the port that is opened, and by the list, if it cannot be loaded: %s',
    async (said, code, advice) => {
      obstacle = said;
      for (const missing of [() => lastValueFrom(serialUart({ path: '/dev/none' }).rx$), listPorts]) {
        const error = await failureOf(missing());
        expect(error).toMatchObject({ name: 'OSError', code });
        expect(error.message).toMatch(advice);
      }
    },
  );

  it('leaves what else fails in a list as it is', async () => {
    obstacle = 'spawn udevadm ENOENT';
    await expect(listPorts()).rejects.not.toHaveProperty('errno');
    await expect(listPorts()).rejects.toThrow(/^spawn udevadm ENOENT$/);
  });
});
