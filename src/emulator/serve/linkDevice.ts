import { lstat, readlink, stat, symlink, unlink } from 'node:fs/promises';

/** The devices of pseudo-terminals. */
const terminals = /^\/dev\/(pts\/\d+|ttys\d+)$/;

/**
 * Makes a symbolic link to a device, so that it has the same name in each run. A link that an earlier run has left is
 * replaced. Nothing else is replaced.
 *
 * @returns Removes the link, unless it leads elsewhere by then.
 * @throws Error (rejection) with `EEXIST` when something else has that name, or what `symlink` fails with.
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

/** A link to a terminal that no longer exists. */
async function isLeftOver(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() !== true || !terminals.test(await readlink(path))) return false;
  return await stat(path).then(
    () => false,
    () => true,
  );
}
