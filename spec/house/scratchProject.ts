import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** An empty project with the rules of this one, in which specs break them. */
export class ScratchProject {
  private readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'rx-usocket-'));

  constructor(rules: readonly string[]) {
    for (const name of rules) cpSync(join(root, name), this.path(name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), this.path('node_modules'), 'junction');
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  /** Runs a tool of this project on the scratch project, and returns its outputs. The tool may fail. */
  async run(script: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return new Promise((done) => {
      execFile(
        process.execPath,
        [join(root, 'node_modules', script), ...args],
        { cwd: this.folder, maxBuffer: 2 ** 26 },
        (_error, stdout, stderr) => {
          done({ stdout, stderr });
        },
      );
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
