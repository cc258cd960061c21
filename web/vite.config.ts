import { resolve } from 'node:path';

import { defineConfig } from 'vite';

import { browserStandIns } from '../browserStandIns.config';

const root = resolve(import.meta.dirname, '..');

/** The page, which is static files that work from any web server and in any folder of it. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [browserStandIns],
  resolve: {
    alias: [
      { find: /^rx-usocket$/, replacement: resolve(root, 'src/index.ts') },
      { find: /^rx-usocket\/(.+)$/, replacement: resolve(root, 'src/$1/index.ts') },
    ],
  },
  build: {
    outDir: resolve(root, 'dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { transform: { inject: { Buffer: ['buffer/', 'Buffer'] } } },
  },
});
