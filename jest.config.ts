import { readdirSync, readFileSync } from 'node:fs';

import type { Config } from 'jest';

/** Specs that need what Windows does not have: a pseudo-terminal, or a signal that a program can handle. */
function unixSpecs(): readonly string[] {
  const specs = readdirSync('spec', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.spec.ts'));
  return specs.filter((file) => /\b(openPty|servePty)\(|\.signal\('SIG/.test(readFileSync(`spec/${file}`, 'utf8')));
}

const config: Config = {
  roots: ['<rootDir>/spec'],
  testMatch: [
    '**/*.spec.ts',
    ...(process.platform === 'win32' ? unixSpecs() : []).map((file) => `!**/spec/${file.replaceAll('\\', '/')}`),
  ],
  maxWorkers: '100%',
  // Beyond the limits that programs (60 s) and runs of the soak (30 s) have of their own, which say more: a hang fails all
  // the same, and what does not hang must not fail because the machine has other work.
  testTimeout: 90_000,
  testEnvironment: '<rootDir>/harness/jest/noLeaks.ts',
  // Types are checked once, by `npm run types`, not once more in every test run.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // As `paths` in tsconfig.json: the samples import the package by its name, and are run on the source.
  moduleNameMapper: { '^rx-usocket$': '<rootDir>/src', '^rx-usocket/(.*)$': '<rootDir>/src/$1' },
  reporters: ['default', '<rootDir>/harness/jest/tallyReporter.cjs'],
};

export default config;
