import { expect, it, jest } from '@jest/globals';
import * as nodePty from '@lydell/node-pty';
import fs, { readdirSync } from 'node:fs';

import { openPty } from '../../../harness/lines/pty';
import { servePty } from '../../../src/emulator';
import { openPseudoTerminal, type PtyModule } from '../../../src/emulator/serve/pseudoTerminal';

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

it('leaves no file open when the device cannot be opened once more', () => {
  openPty().close();
  const before = openFiles();
  const opening = jest.spyOn(fs, 'openSync').mockImplementationOnce(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  try {
    expect(() => openPty()).toThrow('too many open files');
  } finally {
    opening.mockRestore();
  }
  expect(openFiles()).toBe(before);
});

it('leaves no file open when the terminal cannot be made raw', () => {
  openPty().close();
  const before = openFiles();
  const module: PtyModule = {
    open: (options) => {
      const opened = (nodePty as unknown as PtyModule).open(options);
      jest.spyOn(opened.master, 'setRawMode').mockImplementation(() => {
        throw new Error('no such mode');
      });
      return opened;
    },
  };
  expect(() => openPseudoTerminal(module)).toThrow('no such mode');
  expect(openFiles()).toBe(before);
});
