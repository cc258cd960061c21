import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { servePty } from '../../../src/emulator';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
  path = join(folder, 'modem');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the name of a virtual modem', () => {
  const refused = { code: 'EEXIST' };

  it('leads to its device, and goes with it', async () => {
    const served = await servePty({ link: path });
    expect(await readlink(path)).toBe(served.path);
    await served.close();
    await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('replaces a link that an ended run has left', async () => {
    await symlink('/dev/pts/999999', path);
    const served = await servePty({ link: path });
    expect(await readlink(path)).toBe(served.path);
    await served.close();
  });

  it('replaces nothing else', async () => {
    await writeFile(path, 'mine');
    await expect(servePty({ link: path })).rejects.toMatchObject(refused);
    expect(String(await readFile(path))).toBe('mine');
    const directory = join(folder, 'directory');
    await mkdir(directory);
    await expect(servePty({ link: directory })).rejects.toMatchObject(refused);
    const dangling = join(folder, 'dangling');
    await symlink(join(folder, 'nowhere'), dangling);
    await expect(servePty({ link: dangling })).rejects.toMatchObject(refused);
    expect(await readlink(dangling)).toBe(join(folder, 'nowhere'));
  });

  it('is refused while another modem has it', async () => {
    const first = await servePty({ link: path });
    await expect(servePty({ link: path })).rejects.toMatchObject(refused);
    expect(await readlink(path)).toBe(first.path);
    await first.close();
  });

  it('is left alone if it leads elsewhere at the end', async () => {
    const served = await servePty({ link: path });
    await rm(path);
    await writeFile(path, 'theirs');
    await served.close();
    expect(String(await readFile(path))).toBe('theirs');
  });

  it('needs a folder that exists', async () => {
    await expect(servePty({ link: join(folder, 'no', 'modem') })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
