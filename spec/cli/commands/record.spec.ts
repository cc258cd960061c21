import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { machine, network, usocket } from '../../../src';
import { failureOf } from '../../../harness/interfaces/failure';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { startProgram } from '../../../harness/processes/program';
import { formatHeader } from '../../../src/watch';
import { parseHeader } from '../../../src/watch/recordings/recordingHeader';
import { runCommand } from '../support/runCommand';
import { startCommand } from '../support/startCommand';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
  file = join(folder, 'modem.txt');
});
afterEach(() => rm(folder, { recursive: true }));

/** Joins, downloads and closes; the key is that of the virtual modem, or one of its length. */
async function download(address: string, key: string): Promise<string> {
  await using nic = await network.ESP8285(new machine.UART(address, 115_200));
  await nic.connect('my-ssid', key);
  await using sock = usocket.socket();
  await sock.connect(['192.0.2.7', 80]);
  await sock.sendall('GET / HTTP/1.0\r\n\r\n');
  const page = await sock.read();
  await sock.close();
  await nic.close();
  return String(page);
}

describe.each(['--pty', '--tcp'])('rx-usocket record and replay, with %s', (way) => {
  const how = way === '--tcp' ? ['--tcp', '0'] : [];

  it('record what a program and a modem say, without the key, and say it again', async () => {
    await using server = await tcpServer();
    const hosts = { '192.0.2.7': `127.0.0.1:${server.endpoint.port}` };
    await using recording = startCommand(['record', file, '--port', 'emulator:', '--json', ...how], {
      emulator: { hosts, firmware: '2.2.2', interleave: 0 },
    });
    const { line } = JSON.parse((await recording.lines(1))[0] ?? '') as { line: string };
    const page = 'ü\0page\n';
    const served = server.accept().then((peer) => peer.once('data', () => peer.end(page)).resume());
    expect(await download(line, 'my-password')).toBe(page);
    await served;
    const { code, stderr } = await recording.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Records to ${file}. Ctrl-C ends it.\n` });

    const text = await readFile(file, 'utf8');
    expect(parseHeader(text.split('\n')[0] ?? '', 1)).toMatchObject({
      name: 'emulator:',
      hasEvents: false,
      bytes: 'all',
    });
    expect(text).toMatch(/\n# Recorded by rx-usocket from emulator: at 115200 baud\.\n\d+ > AT/);
    expect(text).toContain('"my-ssid","***********"');
    expect(text).toContain('\\xc3\\xbc\\x00page');
    expect(text).not.toContain('my-password');

    await using replaying = startCommand(['replay', file, ...how]);
    const [address = ''] = await replaying.lines(1);
    expect(await download(address, 'my-password')).toBe(page);
    expect(await replaying.stop()).toEqual({
      code: 0,
      stdout: `${address}\n`,
      stderr: `Replays ${file}. Ctrl-C ends it.\n`,
    });
  });
});

describe('rx-usocket record', () => {
  const args = () => ['record', file, '--port', 'emulator:', '--tcp', '0'];

  it('ends the recording at Ctrl-C, also from a terminal', async () => {
    await using program = startProgram('src/cli/main.ts', args());
    expect(await program.firstLine()).toMatch(/^tcp:/);
    program.signal('SIGINT');
    expect(await program.outcome).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toMatch(/^#! rx-usocket recording .*\n# Recorded .*\n$/);
  });

  it('is quiet, or shows what it records', async () => {
    await using quiet = startCommand([...args(), '--quiet']);
    await quiet.lines(1);
    expect(await quiet.stop()).toMatchObject({ stderr: '' });
    await rm(file);
    await using verbose = startCommand([...args(), '--verbose'], { terminal: true });
    const [address = ''] = await verbose.lines(1);
    const nic = await network.ESP8285(new machine.UART(address));
    await nic.close();
    expect((await verbose.stop()).stderr).toMatch(/^\d+ > AT\\r\\n$/m);
  });

  it('never overwrites a recording', async () => {
    await writeFile(file, 'precious');
    const { code, stderr } = await runCommand(args());
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is there already') });
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  it('fails with the code of a lost line, and keeps what it has', async () => {
    const { code, stderr } = await runCommand(args(), {
      emulator: { faults: [{ kind: 'unplug', at: 0 }] },
    });
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('unplugged') });
    expect(await readFile(file, 'utf8')).toMatch(/^# Recorded/m);
  });

  it('fails with the code of a line that is not there, and leaves no file', async () => {
    const { code, stdout, stderr } = await runCommand(['record', file, '--port', '/dev/no-such-port', '--tcp', '0']);
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: expect.stringContaining('no-such-port') });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it.each([
    [['--baud', 'auto'], 2, 'give it with --baud'],
    [['--tcp', '0', '--link', 'x'], 2, 'cannot be used with'],
  ])('refuses %s', async (more, code, message) => {
    const outcome = await runCommand(['record', file, '--port', 'emulator:', ...more]);
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});

describe('rx-usocket replay', () => {
  it('fails and says what was expected when the program says something else', async () => {
    await writeFile(file, '0 > AT+GMR\\r\\n\n0 < OK\\r\\n\n');
    await using replaying = startCommand(['replay', file, '--tcp', '0']);
    const [address = ''] = await replaying.lines(1);
    await failureOf(network.ESP8285(new machine.UART(address)));
    const { code, stderr } = await replaying.outcome;
    expect(code).toBe(1);
    expect(stderr).toContain('the host says AT\\r\\n; recorded is AT+G');
  });

  it('fails when not everything was replayed', async () => {
    await writeFile(file, '# a comment\n0 > AT\\r\\n\n0 < OK\\r\\n\n');
    await using replaying = startCommand(['replay', file, '--tcp', '0', '--json']);
    await replaying.lines(1);
    const { code, stdout, stderr } = await replaying.stop();
    expect({ code, line: JSON.parse(stdout) as unknown }).toEqual({ code: 1, line: { line: expect.any(String) } });
    expect(stderr).toContain(`2 lines of ${file} have not been replayed; the next one is 0 > AT\\r\\n`);
  });

  it.each([
    ['bytes', { bytes: 'some' as const }, 'does not have all bytes'],
    ['its beginning', { isCut: true }, 'the beginning of '],
  ])('warns of a recording that is without %s', async (_, part, warning) => {
    const whole = { name: 'a', begins: 0, hasEvents: true, bytes: 'all', isCut: false } as const;
    await writeFile(file, formatHeader({ ...whole, ...part }));
    await using replaying = startCommand(['replay', file, '--tcp', '0']);
    await replaying.lines(1);
    expect(await replaying.stop()).toMatchObject({ code: 0, stderr: expect.stringContaining(`Warning: `) });
    expect((await replaying.outcome).stderr).toContain(warning);
  });

  it('ends at Ctrl-C', async () => {
    await writeFile(file, '');
    await using program = startProgram('src/cli/main.ts', ['replay', file, '--tcp', '0']);
    await program.firstLine();
    program.signal('SIGINT');
    expect(await program.outcome).toMatchObject({ code: 0 });
  });

  it('says what is wrong with the file', async () => {
    expect(await runCommand(['replay', file])).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
    await writeFile(file, 'nonsense');
    const { code, stderr } = await runCommand(['replay', file]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('line 1 of the recording cannot') });
  });
});
