import { createReadStream, fstatSync } from 'node:fs';

/**
 * The standard input of the process. Node.js takes a folder for an input that is empty. Here, reading one fails (`EISDIR`), as
 * it does for `cat` and `nc`.
 *
 * @param fd The file descriptor, for specs.
 */
export function standardInput(fd = 0): NodeJS.ReadableStream {
  return isFolder(fd) ? createReadStream('', { fd }) : process.stdin;
}

function isFolder(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    // It is closed.
    return false;
  }
}
