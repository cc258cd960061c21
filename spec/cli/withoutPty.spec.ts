import { expect, it, jest } from '@jest/globals';

import { runCommand } from './support/runCommand';

jest.mock('@lydell/node-pty', () => {
  throw new Error("Cannot find module '@lydell/node-pty'");
});

it('says what to do where the optional package for terminals is missing', async () => {
  const { code, stderr } = await runCommand(['emulate']);
  expect(code).toBe(1);
  expect(stderr).toContain('use --tcp, or npm install @lydell/node-pty');
  expect(stderr).toContain('Cannot find module');
});
