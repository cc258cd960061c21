import type { Config } from 'jest';

const config: Config = {
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  // In one process: what keeps a worker's own pipes alive would count as left open by its specs.
  maxWorkers: 1,
  testEnvironment: '<rootDir>/scripts/no-leaks.ts',
  // Types are checked once, by `npm run types`, not once more in every test run.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // As `paths` in tsconfig.json: the samples import the package by its name, and are run on the source.
  moduleNameMapper: { '^rx-usocket$': '<rootDir>/src', '^rx-usocket/(.*)$': '<rootDir>/src/$1' },
  reporters: ['default', '<rootDir>/scripts/tally-reporter.cjs'],
};

export default config;
