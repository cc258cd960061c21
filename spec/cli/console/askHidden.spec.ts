import { expect, it } from '@jest/globals';

import { startOnTerminal } from '../../../harness/processes/terminal';

const join = ['join', 'my-ssid', '--port', 'emulator:'];

it('asks for the key of a network on a terminal, without showing it', async () => {
  await using program = startOnTerminal('src/cli/main.ts', join);
  await program.shown(/Key of my-ssid .*: $/);
  program.type('my-passwort\u007fd\r');
  expect(await program.ended).toBe(0);
  expect(program.screen).toMatch(/On my-ssid as 192\.168\.1\.50/);
  expect(program.screen).not.toContain('my-pass');
});

it('ends with Ctrl-C at the question', async () => {
  await using program = startOnTerminal('src/cli/main.ts', join);
  await program.shown(/Key of my-ssid .*: $/);
  program.type('my-pass\u0003');
  expect(await program.ended).toBe(130);
  expect(program.screen).not.toContain('my-pass');
});
