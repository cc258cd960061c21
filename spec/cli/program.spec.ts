import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

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
    const listed = stdout.slice(stdout.indexOf('The modem'), stdout.indexOf('Commands:'));
    const names = [...listed.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(names).toEqual(expect.arrayContaining(['ports', 'doctor', 'info', 'scan', 'join', 'leave', 'ping', 'time']));
    for (const name of names) {
      const help = await runCommand([name, '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`Examples?:\n +(.* )?(npx )?rx-usocket ${name}`));
      expect(page).toMatch(new RegExp(`\`${name}\`|rx-usocket ${name}`));
    }
  });

  it.each([undefined, 50])('fits a terminal of %s columns', async (columns) => {
    const width = columns ?? 80;
    const output = Object.assign(new PassThrough(), { columns });
    const printed = text(output);
    await runCommand(['--help'], { output });
    await runCommand(['emulate', '--help'], { output });
    output.end();
    const tooLong = (await printed).split('\n').filter((line) => line.length > width);
    // Examples are copied, and names of faults are not cut.
    expect(tooLong.filter((line) => !/^ {2}(rx-usocket |\S+$|[a-z-]+, )/.test(line))).toEqual([]);
  });

  it('is named by each error of its use', async () => {
    const outcome = await runCommand(['ap', 'start']);
    const stderr = 'rx-usocket: missing required argument \'ssid\'\nTry "rx-usocket ap start --help".\n';
    expect(outcome).toEqual({ code: 2, stdout: '', stderr });
  });

  it.each([
    [['ap', '--port', 'x'], "option '--port' comes after a command: start, stop, status", 'rx-usocket ap'],
    [['ap', '--baud=9600', 'status'], "option '--baud' comes after a command: start, stop, status", 'rx-usocket ap'],
    [['--port', 'x', 'info'], "option '--port' comes after a command: doctor, info, scan, …", 'rx-usocket'],
    [['--probe'], "option '--probe' comes after a command: ports", 'rx-usocket'],
    [['ap', '--probe'], "unknown option '--probe'", 'rx-usocket ap'],
    [['ap', 'stop', '--ssid', 'x'], "unknown option '--ssid'", 'rx-usocket ap stop'],
  ])('is named where an option stands in a wrong place: %j', async (args, why, command) => {
    const outcome = await runCommand(args);
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: `rx-usocket: ${why}\nTry "${command} --help".\n` });
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
