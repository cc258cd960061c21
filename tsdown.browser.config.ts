import { defineConfig } from 'tsdown';

import { browserStandIns } from './browserStandIns.config';

export default defineConfig({
  // `exports` in package.json names these files, for the condition `browser`.
  entry: ['src/index.ts', 'src/{streams,esp8285,emulator,testing,watch,web-serial}/index.ts'],
  outDir: 'dist/browser',
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  dts: false,
  plugins: [browserStandIns],
  deps: { alwaysBundle: ['buffer', 'dns-packet', 'debug'] },
  inputOptions: { transform: { inject: { Buffer: ['buffer/', 'Buffer'] } } },
  logLevel: 'warn',
  checks: { pluginTimings: false },
});
