import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { take } from 'rxjs';
import { WebSocket } from 'ws';

import { failureOf } from '../../harness/interfaces/failure';
import { createModules } from '../../src';
import { CommandFailure, exitCodes } from '../../src/cli/console/exitCodes';
import { servePty, type ServedPty } from '../../src/emulator';
import { webSocketUart } from '../../src/web-serial';
import { runCommand } from './support/runCommand';
import { startCommand } from './support/startCommand';

/** Answers everything. A download takes its file, an upload leaves it. */
const web = createServer((request, response) => request.resume().on('end', () => response.end('hello\n')));
/** Answers the first bytes, and ends. */
const peer = createTcpServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end('hello\n'));
});

/** Takes everything. */
const sink = createTcpServer((socket) => void socket.on('error', () => undefined).resume());

/** The commands that end by themselves, in the folder of the spec. */
const ending: readonly (readonly string[])[] = [
  ['info'],
  ['scan'],
  ['join', 'my-ssid'],
  ['leave'],
  ['ap', 'status'],
  ['ping', 'host.example', '--count', '1'],
  ['get', 'http://web.example/file'],
  ['put', 'FOLDER/file', 'http://web.example/file'],
  ['send', 'FOLDER/file', 'sink.example:80'],
  ['nc', 'host.example', '80'],
  ['term'],
];

/** The commands that go on until Ctrl-C, or whose result is not the same each time. */
const others: readonly (readonly string[])[] = [
  ['doctor'],
  ['time'],
  ['proxy', '--listen', '0'],
  ['forward', '0:host.example:80'],
  ['serve', '8080:127.0.0.1:80'],
];

let folder: string;
let modem: ServedPty;
let hosts: Record<string, string>;

beforeAll(async () => {
  const servers = { 'web.example:80': web, 'host.example:80': peer, 'sink.example:80': sink };
  hosts = { 'pool.ntp.org': '127.0.0.1' };
  for (const [name, server] of Object.entries(servers)) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    hosts[name] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
  await writeFile(join(folder, 'file'), 'a file\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await Promise.all([web, peer, sink].map((server) => new Promise((done) => server.close(done))));
});

beforeEach(async () => {
  modem = await servePty({ latency: 0, hosts });
});
afterEach(() => modem.close());

const environment = { RX_USOCKET_KEY: 'my-password' };

/** Runs a command on the pseudo-terminal of the modem. */
function runOn(args: readonly string[], { terminal = false, signal = new AbortController().signal } = {}) {
  const network = ['scan', 'leave', 'join', 'ap', 'term'].includes(args[0] ?? '') ? [] : ['--ssid', 'my-ssid'];
  const given = args.map((each) => each.replace('FOLDER', folder));
  const input = new PassThrough();
  input.end('AT\n');
  return runCommand([...given, '--port', modem.path, ...network], { environment, terminal, signal, input });
}

const withoutRates = (text: string) => text.replace(/[\d.]+ kB\/s, \d+%/g, '<rate>');

describe('every command, on a pseudo-terminal', () => {
  it.each(ending)('prints the same result on a terminal as elsewhere: %s', async (...args) => {
    const [plain, shown] = [await runOn(args), await runOn(args, { terminal: true })];
    expect([plain.code, shown.code]).toEqual([0, 0]);
    expect(withoutRates(shown.stdout)).toBe(withoutRates(plain.stdout));
    expect(plain.stderr + shown.stderr).not.toContain('my-password');
  });

  it.each([...ending, ...others])('leaves the modem in order at Ctrl-C: %s', async (...args) => {
    const stopping = new AbortController();
    modem.emulator.heard$.pipe(take(1)).subscribe({
      next: () => {
        stopping.abort(new CommandFailure('', exitCodes.interrupted));
      },
      error: () => undefined,
    });
    expect(await runOn(args, { signal: stopping.signal })).toMatchObject({ code: 130 });
    expect(await runOn(['info'])).toMatchObject({ code: 0, stdout: expect.stringContaining('my-ssid') });
  });

  // These open the line only while a page has it.
  it.each([['watch'], ['bridge']])(
    'leaves the modem in order at Ctrl-C, whether a page has it or not: %s',
    async (name) => {
      const heard: unknown[] = [];
      modem.emulator.heard$.subscribe({ next: (bytes) => heard.push(bytes), error: () => undefined });
      await using unused = startCommand([name, '--port', modem.path]);
      await unused.prints(/\n/);
      expect(await unused.stop()).toMatchObject({ code: 130 });
      expect(heard).toEqual([]);

      await using used = startCommand([name, '--port', modem.path]);
      const [printed = ''] = await used.lines(1);
      const address = name === 'watch' ? new URLSearchParams(new URL(printed).hash.slice(1)).get('line') : printed;
      const uart = webSocketUart(address ?? '', { WebSocket });
      const { network } = createModules();
      const nic = await network.ESP8285(uart);
      expect(await used.stop()).toMatchObject({ code: 130 });
      expect(await failureOf(nic.ifconfig())).toMatchObject({ code: 'ENODEV' });
      await nic.close();
      expect(heard).not.toEqual([]);
      expect(await runOn(['info'])).toMatchObject({ code: 0, stdout: expect.stringContaining('my-ssid') });
    },
  );
});
