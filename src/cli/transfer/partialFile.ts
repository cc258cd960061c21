import { access, constants, type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { messageOf } from '../../usocket/contract/messageOf';
import { usageFailure } from '../console/exitCodes';

/** What a partial file is the beginning of. */
interface Origin {
  /** Without a password. */
  readonly url: string;
  /** The strong validator of the content: an ETag, or the time of its last change. */
  readonly validator: string;
}

/**
 * Checks where a download is going to be written, before anything is asked for. A device or a pipe is written to as it is, because it
 * must not be replaced by a file. Throws a usage failure if no file can be there.
 */
export async function checkOutput(name: string): Promise<'file' | 'device'> {
  const there = await stat(name).catch(() => undefined);
  if (there?.isDirectory()) throw usageFailure(`${name} is a directory; add the name of the file`);
  if (there && !there.isFile()) return 'device';
  await access(dirname(name), constants.W_OK).catch((cause: unknown) => {
    throw usageFailure(`cannot write ${name}: ${messageOf(cause)}`, { cause });
  });
  return 'file';
}

/**
 * A file that is being downloaded: `name.part`, which becomes `name` when it is complete. `name.part.json` says what it is
 * the beginning of.
 */
export class PartialFile {
  readonly path: string;
  private readonly note: string;

  constructor(private readonly name: string) {
    this.path = `${name}.part`;
    this.note = `${name}.part.json`;
  }

  /** How many bytes there are of this origin, and its validator; `undefined` if nothing can be continued. */
  async beginning(url: string): Promise<{ readonly size: number; readonly validator: string } | undefined> {
    try {
      const origin = JSON.parse(await readFile(this.note, 'utf8')) as Partial<Origin>;
      const { size } = await stat(this.path);
      if (origin.url !== url || typeof origin.validator !== 'string' || size === 0) return undefined;
      return { size, validator: origin.validator };
    } catch {
      return undefined;
    }
  }

  /** Begins anew. Without a validator it cannot be continued later. */
  async begin(url: string, validator: string | undefined): Promise<FileHandle> {
    await rm(this.note, { force: true });
    const file = await open(this.path, 'w');
    try {
      if (validator !== undefined) await writeFile(this.note, JSON.stringify({ url, validator } satisfies Origin));
    } catch (cause) {
      await file.close();
      throw cause;
    }
    return file;
  }

  /** Goes on after the bytes that are there. */
  continue(): Promise<FileHandle> {
    return open(this.path, 'a');
  }

  /** Gives the complete file its name. */
  async complete(): Promise<void> {
    await rename(this.path, this.name);
    await rm(this.note, { force: true });
  }
}
