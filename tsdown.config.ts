import { defineConfig } from 'tsdown';

export default defineConfig({
  // `exports` and `bin` in package.json name these files: the paths under `dist` are the same as those under `src`.
  entry: ['src/index.ts', 'src/{streams,esp8285,emulator,host,testing}/index.ts', 'src/cli/main.ts'],
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: true,
  // The declarations use `Buffer`, `AsyncDisposable` and `ErrorOptions`, which a user's `tsconfig.json` may not include.
  banner: { dts: '/// <reference types="node" />\n/// <reference lib="es2022" />' },
  logLevel: 'warn',
  checks: { pluginTimings: false },
});
