import type { Config } from 'jest';

const config: Config = {
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  // In one process: what keeps a worker's own pipes alive would count as left open by its specs.
  maxWorkers: 1,
  testEnvironment: '<rootDir>/scripts/no-leaks.ts',
  // Types are checked once, by `npm run types`, not once more in every test run.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  reporters: ['default', '<rootDir>/scripts/tally-reporter.cjs'],
};

export default config;
