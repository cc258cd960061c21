import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { exitCodeMeanings, exitCodes } from '../../src/cli/console/exitCodes';
import { runCommand } from './support/runCommand';

const page = readFileSync('docs/command-line.md', 'utf8');

describe('the page about the command line', () => {
  it('has the exit codes of the program', () => {
    const rows = [...page.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map(([, code, meaning]) => [Number(code), meaning]);
    const table = Object.entries(exitCodeMeanings).map(([name, meaning]) => [
      exitCodes[name as keyof typeof exitCodes],
      meaning,
    ]);
    expect(rows).toEqual(table);
  });
});

describe('rx-usocket --help', () => {
  it('names commands that explain themselves, with examples, and that the page has', async () => {
    const { stdout } = await runCommand(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name = '']) => name);
    expect(names).toEqual(expect.arrayContaining(['ports', 'doctor', 'info', 'scan', 'join', 'leave', 'ping', 'time']));
    for (const name of [...names, 'ap']) {
      const help = await runCommand([name, '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`Examples?:\n +(.* )?(npx )?rx-usocket ${name}`));
      expect(page).toMatch(new RegExp(`\`${name}\`|rx-usocket ${name}`));
    }
  });

  it('suggests the command that may be meant', async () => {
    const outcome = await runCommand(['scna']);
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean scan?') });
  });

  it('is shown without a command, with the exit code of a wrong use', async () => {
    const outcome = await runCommand([]);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: rx-usocket') });
  });
});
