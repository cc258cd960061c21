import { expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';

import { servePty } from '../../../src/emulator';
import { openPty } from '../../../harness/lines/pty';

const openFiles = () => readdirSync('/dev/fd').length;

it('leaves no file open, however often a terminal is opened and closed', () => {
  openPty().close();
  const before = openFiles();
  for (let times = 0; times < 200; times++) {
    const pty = openPty();
    if (times % 2 === 0) pty.unplug();
    pty.close();
    pty.close();
  }
  expect(openFiles()).toBe(before);
});

it('leaves no file open when a served modem is closed', async () => {
  await (await servePty()).close();
  const before = openFiles();
  const served = await Promise.all(Array.from({ length: 10 }, () => servePty()));
  await Promise.all(served.map((one) => one.close()));
  expect(openFiles()).toBe(before);
});
