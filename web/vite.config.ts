import { resolve } from 'node:path';

import { defaultClientConditions, defineConfig } from 'vite';

import { browserStandIns } from '../browserStandIns.config';
import { entries, programModules } from './programModules';

const root = resolve(import.meta.dirname, '..');

/** The page, which is static files that work from any web server and in any folder of it. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [programModules(), { ...browserStandIns, enforce: 'pre' }],
  resolve: {
    // The newer syntax of RxJS.
    conditions: ['es2015', ...defaultClientConditions],
    alias: [
      { find: /^rx-usocket$/, replacement: resolve(root, 'src/index.ts') },
      { find: /^rx-usocket\/(.+)$/, replacement: resolve(root, 'src/$1/index.ts') },
    ],
  },
  build: {
    outDir: resolve(root, 'dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      input: entries,
      preserveEntrySignatures: 'strict',
      output: {
        // The editor, whose parser finds the loops of programs, too.
        codeSplitting: { groups: [{ name: 'codeMirror', test: /node_modules\/(@codemirror|@lezer|codemirror)\// }] },
        entryFileNames: ({ name }) => (name.startsWith('modules/') ? '[name].js' : 'assets/[name]-[hash].js'),
      },
      transform: { inject: { Buffer: ['buffer/', 'Buffer'] } },
    },
  },
});
