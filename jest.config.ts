import type { Config } from 'jest';

const config: Config = {
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  maxWorkers: '100%',
  // A hang fails all the same; a machine that has other work must not fail what does not hang.
  testTimeout: 30_000,
  testEnvironment: '<rootDir>/scripts/no-leaks.ts',
  // Types are checked once, by `npm run types`, not once more in every test run.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // As `paths` in tsconfig.json: the samples import the package by its name, and are run on the source.
  moduleNameMapper: { '^rx-usocket$': '<rootDir>/src', '^rx-usocket/(.*)$': '<rootDir>/src/$1' },
  reporters: ['default', '<rootDir>/scripts/tally-reporter.cjs'],
};

export default config;
