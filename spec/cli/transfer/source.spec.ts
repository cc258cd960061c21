import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type EventEmitter, once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { within } from '../../../harness/time/limits';
import type { CommandContext } from '../../../src/cli/console/context';
import { source } from '../../../src/cli/transfer/source';

/** For each file that is opened: what has become of it. */
const mockEnds: Promise<unknown>[] = [];

// To see that each file is closed: Node.js closes a forgotten one at some time, with a warning.
jest.mock('node:fs/promises', () => {
  const real = jest.requireActual<{ open: (path: string) => Promise<FileHandle & EventEmitter> }>('node:fs/promises');
  const open = async (path: string) => {
    const file = await real.open(path);
    mockEnds.push(new Promise((resolve) => file.once('close', () => resolve('closed'))));
    return file;
  };
  return { ...real, open };
});

const size = 10_000;
const context: Partial<CommandContext> = { input: new PassThrough() };
let folder: string;
let name: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-usocket-'));
  name = join(folder, 'file');
});
beforeEach(() => {
  mockEnds.length = 0;
  writeFileSync(name, Buffer.alloc(size, 'x'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sourceOf = (file: string) => source(file, context as CommandContext);

/** What has become of the files that were opened. */
const ends = () => within(2_000, Promise.all(mockEnds), () => ['left open']);

describe('the source of an upload', () => {
  it('is the file, with its size, which is closed at its end', async () => {
    const { body, size: told } = await sourceOf(name);
    expect(told).toBe(size);
    expect(await text(body)).toBe('x'.repeat(size));
    expect(await ends()).toEqual(['closed']);
  });

  it('closes the file when nobody has begun to read it', async () => {
    const { body } = await sourceOf(name);
    body.destroy();
    expect(await ends()).toEqual(['closed']);
  });

  it('closes the file when it is given up in the middle', async () => {
    const { body } = await sourceOf(name);
    await once(body, 'readable');
    expect(body.read(1)).toHaveLength(1);
    body.destroy();
    expect(await ends()).toEqual(['closed']);
  });

  it('is as long as it was when it was opened', async () => {
    const { body } = await sourceOf(name);
    appendFileSync(name, 'more');
    expect(await text(body)).toBe('x'.repeat(size));
  });

  it('closes a file that has become shorter', async () => {
    const { body } = await sourceOf(name);
    truncateSync(name, size - 1_000);
    await expect(text(body)).rejects.toThrow('the file has become 1,000 bytes shorter meanwhile');
    expect(await ends()).toEqual(['closed']);
  });

  it('reads an empty file at once, and closes it', async () => {
    truncateSync(name);
    const { body, size: told } = await sourceOf(name);
    expect([told, await text(body), await ends()]).toEqual([0, '', ['closed']]);
  });

  it('is no folder, and closes it', async () => {
    await expect(sourceOf(folder)).rejects.toThrow('is a directory');
    expect(await ends()).toEqual(['closed']);
  });

  it('is standard input, of an unknown size', async () => {
    const { body, size: told } = await sourceOf('-');
    expect([body, told]).toEqual([context.input, undefined]);
  });
});
