import { expect, it, jest } from '@jest/globals';

import { readOptions } from '../../../samples/demo/options';
import { startVirtualWorld } from '../../../samples/demo/virtualWorld';
import { machine, network } from '../../../src';

jest.mock('@lydell/node-pty', () => {
  throw new Error("Cannot find module '@lydell/node-pty'");
});

it('has its modem on a TCP line where there are no terminals', async () => {
  const world = await startVirtualWorld(readOptions(['node', 'start.ts']));
  expect(world.port).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  const nic = await network.ESP8285(new machine.UART(world.port));
  expect(nic.isconnected()).toBe(false);
  await nic.close();
  await world.close();
});
