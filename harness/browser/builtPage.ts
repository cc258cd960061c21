import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const vite = join(root, 'node_modules/vite/bin/vite.js');

/**
 * The folder with the page, built from the sources of now. The first spec of a run of jest builds it, and the others wait for
 * it, in whichever process they are.
 */
export async function builtPage(): Promise<string> {
  const folder = process.env['RX_USOCKET_PAGE_FOLDER'];
  if (folder === undefined) throw new Error('only a spec that jest runs has the page: see harness/jest');
  const page = join(folder, 'page');
  const done = join(folder, 'done');
  if (isFirst(folder)) {
    // A failed build leaves no page, and each spec that opens it fails.
    await build(page).finally(() => writeFile(done, ''));
  } else {
    await appeared(folder, done);
  }
  return page;
}

async function build(page: string): Promise<void> {
  const args = [vite, 'build', 'web', '--outDir', page, '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, args, { cwd: root, env: { ...process.env, NODE_ENV: 'production' } });
}

/** Only one process can make a folder. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'claimed'));
    return true;
  } catch {
    return false;
  }
}

async function appeared(folder: string, file: string): Promise<void> {
  if (existsSync(file)) return;
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    });
    // It may have appeared before the folder was watched.
    if (existsSync(file)) watcher.emit('change');
  });
}
