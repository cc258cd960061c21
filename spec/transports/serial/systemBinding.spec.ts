import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom } from 'rxjs';

import { failureOf } from '../../../harness/interfaces/failure';
import { machine } from '../../../src';
import { listPorts, serialUart } from '../../../src/transports';

let loads = 0;
let mayLoad = true;

jest.mock('serialport', () => {
  loads++;
  // As Node.js says it without `--allow-addons`.
  if (!mayLoad) throw new Error('Cannot load native addon because loading addons is disabled.');
  return jest.requireActual('serialport');
});

beforeEach(() => {
  jest.resetModules();
  loads = 0;
  mayLoad = true;
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

  it('is missed by the port that is opened, if it may not be loaded', async () => {
    mayLoad = false;
    const error = await failureOf(lastValueFrom(serialUart({ path: '/dev/none' }).rx$));
    expect(error).toMatchObject({ code: 'EACCES' });
    expect(error.message).toMatch(/--allow-addons/);
  });
});
