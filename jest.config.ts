import type { Config } from 'jest';

const config: Config = {
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
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
