import { defineConfig } from 'tsdown';

export default defineConfig({
  // The paths under `dist` are those under `src`: what `exports` and `bin` in package.json name.
  entry: ['src/index.ts', 'src/{streams,esp8285,emulator,host,testing}/index.ts', 'src/cli/main.ts'],
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: true,
  // So that `Buffer`, `AsyncDisposable` and `ErrorOptions` are known whatever a user's `tsconfig.json` says of types.
  banner: { dts: '/// <reference types="node" />\n/// <reference lib="es2022" />' },
  logLevel: 'warn',
  checks: { pluginTimings: false },
});
