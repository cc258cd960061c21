import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { type Program, startNode } from '../../../harness/processes/program';

const root = resolve(__dirname, '../../..');
const modules = join(root, 'node_modules');

/** The supported compilers, and their folders in `node_modules`. */
export const compilers = { '5.9': 'typescript-5', '6.0': 'typescript', '7.0': 'typescript-7' } as const;

/** The project of a user. It has the package as it would be published, its dependencies, and nothing else. */
export class UserProject {
  private readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'rx-usocket-user-'));

  /** @param others More packages that the user has installed. */
  constructor(others: readonly string[] = []) {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    for (const name of new Set([...Object.keys(dependencies), ...others])) {
      const link = this.path(`node_modules/${name}`);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(modules, name), link, 'junction');
    }
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  /** Builds the package into the project. The types take most of the time. */
  async install({ types }: { readonly types: boolean }): Promise<void> {
    const target = this.path('node_modules/rx-usocket');
    mkdirSync(target, { recursive: true });
    copyFileSync(join(root, 'package.json'), join(target, 'package.json'));
    // As in the script `build`: Node.js 26 itself would take `tsdown.config.ts` for CommonJS.
    const options = ['--config-loader', 'unrun', '--out-dir', join(target, 'dist'), ...(types ? [] : ['--no-dts'])];
    await promisify(execFile)(process.execPath, [join(modules, 'tsdown/dist/run.mjs'), ...options], { cwd: root });
  }

  /** Compiles files of the project. Resolves with the compiler's messages, or with an empty text. */
  async compile(compiler: keyof typeof compilers, files: readonly string[]): Promise<string> {
    // As `tsc --init` writes it. `npm run check:package` checks the declarations themselves.
    const strictness = { strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true };
    const usual = { module: 'nodenext', target: 'esnext', types: [], isolatedModules: true, skipLibCheck: true };
    const compilerOptions = { ...usual, ...strictness, noEmit: true };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    return new Promise((done) => {
      const tsc = join(modules, compilers[compiler], 'bin/tsc');
      execFile(process.execPath, [tsc], { cwd: this.folder, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
        done(error ? stdout + stderr || error.message : '');
      });
    });
  }

  /** Runs a file of the project. */
  start(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Program {
    return startNode([file, ...args], { cwd: this.folder, env });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
