import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const cache = join(root, 'node_modules/.cache');
const tsdown = join(root, 'node_modules/tsdown/dist/run.mjs');

/** The built programs of the bench. Dispose of them with `await using`, which removes them. */
export interface Built extends AsyncDisposable {
  /** `node <file> <name of the program>` runs one. */
  readonly file: string;
}

/**
 * Builds the programs together with the library, with the tool that builds the package: a transpiler in their processes
 * would cost processor time.
 */
export async function buildPrograms(): Promise<Built> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'bench-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const output = ['--format', 'cjs', '--no-dts', '--target', 'node20', '--out-dir', folder, '--log-level', 'error'];
  try {
    const args = [tsdown, '--no-config', ...output, 'harness/bench/programs/main.ts'];
    await promisify(execFile)(process.execPath, args, { cwd: root });
  } catch (error) {
    await remove();
    throw error;
  }
  return { file: join(folder, 'main.cjs'), [Symbol.asyncDispose]: remove };
}
