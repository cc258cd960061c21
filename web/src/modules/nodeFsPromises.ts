/** The part of `node:fs/promises` that programs for a modem use, over the files of the page. */
import { hostOfFrame } from '../program/hostOfFrame';

const { files } = hostOfFrame();

type Data = string | Uint8Array;

export async function writeFile(name: string, data: Data): Promise<void> {
  await Promise.resolve();
  files.write(name, bytesOf(data));
}

export async function appendFile(name: string, data: Data): Promise<void> {
  await Promise.resolve();
  files.write(name, Buffer.concat([files.read(name) ?? Buffer.alloc(0), bytesOf(data)]));
}

export async function readFile(name: string, encoding?: string | { readonly encoding?: string }): Promise<Data> {
  await Promise.resolve();
  const bytes = Buffer.from(found('open', name));
  const wanted = typeof encoding === 'string' ? encoding : encoding?.encoding;
  return wanted === undefined ? bytes : bytes.toString(wanted as BufferEncoding);
}

/** The page has no folders, and needs none. */
export const mkdir = (): Promise<undefined> => Promise.resolve(undefined);

/** Opens a file for reading. */
export async function open(name: string): Promise<OpenFile> {
  await Promise.resolve();
  return new OpenFile(Buffer.from(found('open', name)));
}

class OpenFile {
  private position = 0;

  constructor(private readonly bytes: Buffer) {}

  async read(buffer: Uint8Array): Promise<{ readonly bytesRead: number; readonly buffer: Uint8Array }> {
    await Promise.resolve();
    const piece = this.bytes.subarray(this.position, this.position + buffer.length);
    buffer.set(piece);
    this.position += piece.length;
    return { bytesRead: piece.length, buffer };
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

function bytesOf(data: Data): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

function found(syscall: string, name: string): Uint8Array {
  const bytes = files.read(name);
  if (bytes) return bytes;
  const message = `ENOENT: no such file, ${syscall} '${name}'; a program of the page has to save it first`;
  throw Object.assign(new Error(message), { code: 'ENOENT', syscall, path: name });
}
