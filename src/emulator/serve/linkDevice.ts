import { lstat, readlink, stat, symlink, unlink } from 'node:fs/promises';

/** Where the devices of pseudo-terminals are. */
const terminals = /^\/dev\/(pts\/\d+|ttys\d+)$/;

/**
 * Gives a device a name that stays the same from one run to the next: a symbolic link. One that an ended run has left is
 * replaced, and nothing else ever is.
 *
 * @returns Takes the name away again, unless it has become somebody else's.
 * @throws Error (rejection) with `EEXIST` when there is something else of that name, or what `symlink` fails with.
 */
export async function linkDevice(path: string, device: string): Promise<() => Promise<void>> {
  if (await isLeftOver(path)) await unlink(path);
  await symlink(device, path).catch((cause: unknown) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw Object.assign(
      new Error(`${path} is there already, and not left by an ended virtual modem; choose another path`, { cause }),
      { code: 'EEXIST' },
    );
  });
  return async () => {
    const target = await readlink(path).catch(() => undefined);
    if (target === device) await unlink(path).catch(() => undefined);
  };
}

/** A link to a terminal that is there no more. */
async function isLeftOver(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() !== true || !terminals.test(await readlink(path))) return false;
  return await stat(path).then(
    () => false,
    () => true,
  );
}
