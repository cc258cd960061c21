import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import type { Config } from 'jest';

import { findChromium } from './harness/browser/findChromium';

/** Specs that need what Windows does not have: a pseudo-terminal, a signal that a program can handle, or a shell. */
function unixSpecs(): readonly string[] {
  const specs = readdirSync('spec', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.spec.ts'));
  return specs.filter((file) =>
    /\b(openPty|servePty|startOnTerminal)\(|\.signal\('SIG|'\/bin\/bash'|'scripts\/bench\.ts'/.test(
      readFileSync(`spec/${file}`, 'utf8'),
    ),
  );
}

// The package `readable-stream` declares names of `sandboxInjectedGlobals` below, which jest does not accept. With this, the
// packages that use it get the streams of Node.js themselves.
process.env['READABLE_STREAM'] = 'disable';

/** Specs of the page need a browser. */
function pageSpecs(): readonly string[] {
  console.warn(
    'No Chromium is found, so the specs of the page (spec/page) are left out. To run them, install it (Debian: ' +
      '`apt-get install chromium`), or give its path in CHROMIUM.',
  );
  return ['page/**/*.spec.ts'];
}

/** Specs that cannot run on this machine, by their paths in `spec`. */
const leftOut = [
  ...(process.platform === 'win32' ? unixSpecs() : []),
  ...(findChromium() === undefined ? pageSpecs() : []),
];

const config: Config = {
  roots: ['<rootDir>/spec', '<rootDir>/web/spec'],
  testMatch: ['**/*.spec.ts', ...leftOut.map((file) => `!**/spec/${file.replaceAll('\\', '/')}`)],
  // Many specs wait for a line, a program or a page most of their time. Meanwhile another worker can use the processor.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  // Longer than the limits of programs (60 s) and of soak runs (30 s), whose messages say more. A spec that hangs still
  // fails, and a spec that does not hang must not fail because the machine is busy.
  testTimeout: 90_000,
  globalSetup: '<rootDir>/harness/jest/makePageFolder.ts',
  globalTeardown: '<rootDir>/harness/jest/removePageFolder.ts',
  testEnvironment: '<rootDir>/harness/jest/noLeaks.ts',
  // A spec runs in a context of its own, where looking up a global takes long. Most of the time of some specs went into it.
  sandboxInjectedGlobals: [
    'Array',
    'Error',
    'Infinity',
    'Map',
    'Math',
    'Number',
    'Object',
    'Promise',
    'Set',
    'String',
    'Symbol',
    'Uint8Array',
  ],
  // `npm run types` checks the types once, so test runs need not check them again.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // The same as `paths` in tsconfig.json: the samples import the package by its name, and run on the source.
  moduleNameMapper: { '^rx-usocket$': '<rootDir>/src', '^rx-usocket/(.*)$': '<rootDir>/src/$1' },
  reporters: ['default', '<rootDir>/harness/jest/tallyReporter.cjs'],
};

export default config;
