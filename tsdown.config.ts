import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { defineConfig } from 'tsdown';

/**
 * Gives each comment of the declarations a line of its own. The bundler writes a short one behind the member before it, where
 * editors do not find it.
 */
function separateComments({ outDir }: { readonly outDir: string }): void {
  for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    if (!/\.d\.[cm]ts$/.test(name)) continue;
    const path = join(outDir, name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/(?<=[;{]) ?(\/\*\* .* \*\/)\n? */g, '\n  $1\n  '));
  }
}

export default defineConfig({
  // `exports` and `bin` in package.json name these files: the paths under `dist` are the same as those under `src`.
  entry: [
    'src/index.ts',
    'src/{streams,esp8285,emulator,host,node,register,testing,watch,web-serial}/index.ts',
    'src/cli/main.ts',
  ],
  format: ['esm', 'cjs'],
  target: 'node20',
  // ES modules have no `__dirname`, by which the files of the page are found.
  shims: true,
  dts: true,
  onSuccess: separateComments,
  // The declarations use `Buffer`, `AsyncDisposable` and `ErrorOptions`, which a user's `tsconfig.json` may not include.
  banner: { dts: '/// <reference types="node" />\n/// <reference lib="es2022" />' },
  // Test runners that load CommonJS in a context of their own, such as jest, refuse `import()` there.
  outputOptions: (options, format) => (format === 'cjs' ? { ...options, dynamicImportInCjs: false } : options),
  logLevel: 'warn',
  checks: { pluginTimings: false },
});
