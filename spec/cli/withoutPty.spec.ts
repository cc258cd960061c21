import { expect, it, jest } from '@jest/globals';

import { emulateCommand } from '../../src/cli/emulate';

jest.mock('@lydell/node-pty', () => {
  throw new Error("Cannot find module '@lydell/node-pty'");
});

it('says what to do where the optional package for terminals is missing', async () => {
  const running = emulateCommand().parseAsync([], { from: 'user' });
  await expect(running).rejects.toThrow('use --tcp, or npm install @lydell/node-pty');
  await expect(running).rejects.toThrow('Cannot find module');
});
