import { defineConfig } from 'vite';

import { browserStandIns } from '../../../browserStandIns.config';

/** A script that specs run in a page, as one file. Vite runs in the root of the repository. */
export default defineConfig({
  plugins: [browserStandIns],
  build: {
    lib: {
      entry: 'harness/browser/inPage/webSerial.ts',
      formats: ['iife'],
      name: 'webSerial',
      fileName: () => 'webSerial.js',
    },
    minify: false,
    target: 'es2022',
    rolldownOptions: { transform: { inject: { Buffer: ['buffer/', 'Buffer'] } } },
  },
});
