import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { servePty, type ServedPty } from '../../src/emulator';
import { drawSunset } from '../../samples/demo/sunset';
import { signed } from '../../harness/peers/certificate';
import { restAt } from '../../harness/peers/peer';
import { runProgram, startProgram } from '../../harness/processes/program';
import { tcpServer, type TcpServer } from '../../harness/peers/tcpServer';

/** Chosen so that it would stand out in any output. */
const key = 'a-key-that-nobody-may-see';
const network = ['--baud', '921600', '--ssid', 'Sipeed_2.4G'];

let folder: string;
let picture: Buffer;
let modem: ServedPty;
let sink: TcpServer;
const web = createServer((request, response) => {
  if (request.url === '/MAIX/MaixPy/assets/Alice.bmp') response.end(picture);
  else if (request.url === '/slow') response.write(picture.subarray(0, 5000));
  else response.writeHead(404).end();
});

const secureWeb = createSecureServer({ cert: signed.cert, key: signed.key }, (request, response) => {
  if (request.url === '/') response.end('A page of tls.example.');
  else response.writeHead(404).end();
});

beforeAll(async () => {
  picture = drawSunset().subarray(0, 40_000);
  folder = await mkdtemp(join(tmpdir(), 'samples-'));
  sink = await tcpServer();
  await Promise.all(
    [web, secureWeb].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
});

afterAll(async () => {
  await sink[Symbol.asyncDispose]();
  for (const server of [web, secureWeb]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

// A program that ends in the middle of a send leaves a modem that takes seconds to be usable again.
beforeEach(async () => {
  modem = await servePty({
    firmware: '1.5',
    baud: 921_600,
    latency: 0,
    accessPoints: [{ ssid: 'Sipeed_2.4G', key }],
    hosts: {
      'dl.sipeed.com': `127.0.0.1:${(web.address() as AddressInfo).port}`,
      'tls.example': `127.0.0.1:${(secureWeb.address() as AddressInfo).port}`,
      '192.168.0.183:3456': `127.0.0.1:${sink.endpoint.port}`,
    },
  });
});

afterEach(async () => {
  await modem.close();
});

describe.each(['download-picture', 'download-picture-streams'])('%s', (name) => {
  const program = `samples/${name}.ts`;

  it('saves the picture that its URL names', async () => {
    const save = join(folder, `${name}.bmp`);
    const args = ['--port', modem.path, ...network, '--save', save];
    const { code, stdout, stderr } = await runProgram(program, args, { RX_USOCKET_KEY: key });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(picture.equals(await readFile(save))).toBe(true);
    expect(stdout).not.toContain(key);
  });

  it('says what the server says when it has no such picture', async () => {
    const url = 'http://dl.sipeed.com/none.bmp';
    const save = join(folder, 'none.bmp');
    const args = ['--port', modem.path, ...network, '--url', url, '--save', save];
    const { code, stderr } = await runProgram(program, args, { RX_USOCKET_KEY: key });
    expect(code).toBe(1);
    expect(stderr).toBe('Error: http://dl.sipeed.com/none.bmp: the server says HTTP/1.1 404 Not Found\n');
    await expect(readFile(save)).rejects.toThrow('ENOENT');
  });
});

describe('download-picture-streams', () => {
  it('ends at once by SIGINT, and saves nothing', async () => {
    const save = join(folder, 'slow.bmp');
    const args = ['--port', modem.path, ...network, '--url', 'http://dl.sipeed.com/slow', '--save', save];
    await using program = startProgram('samples/download-picture-streams.ts', args, { RX_USOCKET_KEY: key });
    await program.printed(/[1-9]\d* bytes/);
    program.signal('SIGINT');
    const { code, stdout } = await program.outcome;
    expect(code).toBe(0);
    expect(stdout).toContain('cancelled, nothing saved\n');
    await expect(readFile(save)).rejects.toThrow('ENOENT');
  });
});

describe('get-page', () => {
  const get = (url: string, env = {}) =>
    runProgram('samples/get-page.ts', ['--port', modem.path, ...network, url], { RX_USOCKET_KEY: key, ...env });

  it('prints an encrypted page whose certificate it can check', async () => {
    const authority = join(folder, 'authority.pem');
    await writeFile(authority, signed.authority);
    const trusting = { NODE_EXTRA_CA_CERTS: authority };
    expect(await get('https://tls.example/', trusting)).toEqual({
      code: 0,
      stdout: 'A page of tls.example.',
      stderr: '',
    });
    const missing = await get('https://tls.example/none', trusting);
    expect(missing).toMatchObject({ code: 1, stderr: 'Error: https://tls.example/none: the server says 404\n' });
  });

  it('prints no page of a server that it cannot trust', async () => {
    const { code, stdout, stderr } = await get('https://tls.example/');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('unable to verify');
  });
});

describe('send-picture', () => {
  it('sends a file whole', async () => {
    const arrived = sink.accept().then(restAt);
    const args = ['--port', modem.path, ...network, '--file', 'package.json'];
    const { code, stderr } = await runProgram('samples/send-picture.ts', args, { RX_USOCKET_KEY: key });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(String(await arrived)).toBe(await readFile('package.json', 'utf8'));
  });

  it('tells why it cannot join the network, and not the key', async () => {
    const wrong = 'a-wrong-key-that-nobody-may-see';
    const args = ['--port', modem.path, ...network, '--key', wrong, '--file', 'package.json'];
    const { code, stdout, stderr } = await runProgram('samples/send-picture.ts', args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^OSError: connect: .*"Sipeed_2.4G" did not take the key/);
    expect(stderr).not.toContain(wrong);
  });
});
