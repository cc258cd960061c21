import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const vite = join(root, 'node_modules/vite/bin/vite.js');
const scripts = 'harness/browser/inPage/vite.config.ts';

/** What is built for the specs of the page. */
export interface Built {
  /** The folder of the page. */
  readonly page: string;
  /** The folder of the scripts that specs run in a page: those of `inPage`, each as one file of JavaScript. */
  readonly scripts: string;
}

/**
 * Builds the page from the sources of now. The first spec of a run of jest does it, and the others wait for it, in whichever
 * process they are.
 */
export async function builtPage(): Promise<Built> {
  const folder = process.env['RX_USOCKET_PAGE_FOLDER'];
  if (folder === undefined) throw new Error('only a spec that jest runs has the page: see harness/jest');
  const built = { page: join(folder, 'page'), scripts: join(folder, 'scripts') };
  const done = join(folder, 'done');
  if (isFirst(folder)) {
    const building = [build('web', '--outDir', built.page), build('--config', scripts, '--outDir', built.scripts)];
    // A failed build leaves no page, and each spec that opens it fails.
    await Promise.all(building).finally(() => writeFile(done, ''));
  } else {
    await appeared(folder, done);
  }
  return built;
}

async function build(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, 'build', ...args, '--logLevel', 'error'], { cwd: root, env });
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
