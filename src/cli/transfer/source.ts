import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';

import type { CommandContext } from '../console/context';
import { unreadable } from '../options/namedFile';

/** What is to be sent. */
export interface Source {
  readonly body: Readable;
  /** How many bytes it has; `undefined` if that is not known. */
  readonly size: number | undefined;
}

/** How many bytes of a file are read at a time. */
const highWaterMark = 4096;

/** Opens what is to be sent; `-` is standard input. Throws a usage failure for a file that cannot be read. */
export async function source(name: string, { input }: CommandContext): Promise<Source> {
  if (name === '-') return { body: input instanceof Readable ? input : Readable.from(input), size: undefined };
  return await openSource(name).catch(unreadable(name));
}

async function openSource(name: string): Promise<Source> {
  const file = await open(name);
  return await opened(file).catch(async (cause: unknown) => {
    await file.close();
    throw cause;
  });
}

/** The content of an open file, which is closed with the body. */
async function opened(file: FileHandle): Promise<Source> {
  const details = await file.stat();
  if (details.isDirectory()) throw new Error('it is a directory');
  // The size of a pipe or a device is 0, whatever comes from it, and so is that of a file in /proc.
  if (!details.isFile()) return { body: file.createReadStream({ highWaterMark }), size: undefined };
  if (details.size === 0) return await wholeOf(file);
  const body = Readable.from(firstBytes(file, details.size), { objectMode: false });
  // Not in the generator, because one that nobody has begun to read runs none of its code when it is given up.
  body.once('close', () => void file.close());
  return { body, size: details.size };
}

/** Reads a file to its end, and closes it. */
async function wholeOf(file: FileHandle): Promise<Source> {
  const content = await file.readFile();
  await file.close();
  return { body: Readable.from(content.length > 0 ? [content] : [], { objectMode: false }), size: content.length };
}

/** As many bytes as the receiver was told, although the file may change meanwhile. Throws if there are fewer. */
async function* firstBytes(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  let missing = size;
  for await (const piece of file.createReadStream({ end: size - 1, highWaterMark }) as AsyncIterable<Buffer>) {
    missing -= piece.length;
    yield piece;
  }
  if (missing > 0) throw new Error(`the file has become ${missing.toLocaleString('en')} bytes shorter meanwhile`);
}
