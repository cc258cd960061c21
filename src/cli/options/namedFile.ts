import { readFile } from 'node:fs/promises';

import { messageOf } from '../../usocket/contract/messageOf';
import { usageFailure } from '../console/exitCodes';

/**
 * Reads a file that the user has named. Throws a usage failure if it cannot be read.
 *
 * @param what How the message calls it. Default: its name.
 */
export async function namedFile(file: string, what = file): Promise<Buffer> {
  return await readFile(file).catch(unreadable(what));
}

/** Throws the usage failure of a file that cannot be read. */
export function unreadable(what: string): (cause: unknown) => never {
  return (cause) => {
    throw usageFailure(`cannot read ${what}: ${messageOf(cause)}`, { cause });
  };
}
