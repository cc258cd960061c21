import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startChild } from '../../harness/bench/child';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'child-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const program = (text: string): string => {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, text);
  return file;
};

describe('a program of the bench', () => {
  it('answers what it is told', async () => {
    const file = program(`process.on('message', ({ number }) => process.send({ number: number + 1 }));`);
    await using child = startChild<{ number: number }, { number: number }>(file, ['counter'], 10_000);
    child.tell({ number: 1 });
    expect(await child.next()).toEqual({ number: 2 });
    child.tell({ number: 2 });
    expect(await child.next()).toEqual({ number: 3 });
  });

  it('that has ended is named, also when it is told more', async () => {
    const file = program(`process.on('message', () => process.exit());`);
    await using child = startChild<object, never>(file, ['mortal'], 10_000);
    child.tell({});
    await expect(child.next()).rejects.toThrow('mortal ended too early');
    child.tell({});
    await expect(child.next()).rejects.toThrow('mortal ended too early');
  });

  it('that takes too long is killed', async () => {
    const file = program(`setInterval(() => undefined, 1000);`);
    await using child = startChild<object, never>(file, ['sleeper'], 500);
    await expect(child.next()).rejects.toThrow('sleeper was not done after 0.5 s');
  });

  it('is killed if it does not end when the bench hangs up', async () => {
    const file = program(`process.send(process.pid); setInterval(() => undefined, 1000);`);
    let pid = NaN;
    {
      await using child = startChild<object, number>(file, ['stubborn'], 60_000);
      pid = await child.next();
    }
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
