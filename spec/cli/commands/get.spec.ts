import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { CommandFailure } from '../../../src/cli/manner/exitCodes';
import { signed } from '../../../harness/peers/certificate';
import { secureWebServer, webServer } from '../../../harness/peers/webServer';
import { runCommand } from '../support/runCommand';

const joined = ['--port', 'emulator:', '--baud', '2000000', '--ssid', 'my-ssid'];
const environment = { RX_USOCKET_KEY: 'my-password' };
const emulator = { hosts: { 'host.example': '127.0.0.1', 'tls.example': '127.0.0.1' } };
const surroundings = { environment, emulator };

const content = Array.from({ length: 2000 }, (_, index) => `line ${index}\n`).join('');
const half = content.slice(0, 8000);

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
  file = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

/** Answers with the content, or with the part of it that is asked for. */
const ranged: RequestListener = (request, response) => {
  response.setHeader('etag', '"one"');
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined || request.headers['if-range'] !== '"one"') return void response.end(content);
  const rest = content.slice(Number(from));
  response.setHeader('content-range', `bytes ${from}-${content.length - 1}/${content.length}`);
  response.writeHead(206, { 'content-length': rest.length }).end(rest);
};

/** Leaves half of the file there, as a download that was cut off does. */
async function leaveHalf(url: string): Promise<void> {
  await writeFile(`${file}.part`, half);
  await writeFile(`${file}.part.json`, JSON.stringify({ url, validator: '"one"' }));
}

describe('rx-usocket get', () => {
  it('writes the content to standard output, after redirects', async () => {
    await using web = await webServer((request, response) => {
      if (request.url === '/from') response.writeHead(302, { location: '/to' }).end();
      else response.end(content);
    });
    const url = `http://host.example:${web.port}/from`;
    const { code, stdout, stderr } = await runCommand(['get', url, ...joined], surroundings);
    expect({ code, stdout }).toEqual({ code: 0, stdout: content });
    expect(stderr).toMatch(/^18,890 bytes, [\d.]+ kB\/s, \d+% of the line\n$/);
  });

  it('writes a file, over TLS that is checked on this machine', async () => {
    await using web = await secureWebServer(ranged);
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, signed.authority);
    const args = ['get', `https://tls.example:${web.port}/`, '-o', file, '--json', ...joined];
    const { code, stdout } = await runCommand([...args, '--ca', ca], surroundings);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ file, size: content.length, resumedAt: 0, rate: expect.any(Number) });
    expect(await readFile(file, 'latin1')).toBe(content);
    expect((await readdir(folder)).sort()).toEqual(['ca.pem', 'file']);
    const untrusted = await runCommand(args, surroundings);
    expect(untrusted).toMatchObject({ code: 1, stderr: expect.stringContaining('certificate') });
  });

  it('continues what was cut off', async () => {
    let isCut = true;
    await using web = await webServer((request, response) => {
      if (!isCut) {
        ranged(request, response);
        return;
      }
      response.writeHead(200, { etag: '"one"', 'content-length': content.length });
      response.write(half, () => {
        if (response.socket) destroyLater(response.socket);
      });
    });
    const args = ['get', `http://host.example:${web.port}/`, '-o', file, ...joined];
    const cut = await runCommand(args, surroundings);
    expect(cut).toMatchObject({ code: 1, stdout: '' });
    expect(cut.stderr).toMatch(
      /the answer has ended after [\d,]+ of 18,890 bytes.*; the same command continues .*file\.part/,
    );
    expect(content.startsWith(await readFile(`${file}.part`, 'latin1'))).toBe(true);
    isCut = false;
    const rest = await runCommand(args, surroundings);
    expect(rest.stderr).toMatch(/^continues at [\d,]+ bytes$/m);
    expect(rest.code).toBe(0);
    expect(await readFile(file, 'latin1')).toBe(content);
    expect(await readdir(folder)).toEqual(['file']);
  });

  const elsewhere = `bytes 0-${content.length - 1}/${content.length}`;
  const rest = `bytes ${half.length}-${content.length - 1}/${content.length}`;
  it.each<[string, (range: boolean) => readonly [status: number, headers: Record<string, string>, body: string]]>([
    ['all of it', () => [200, { etag: '"two"' }, content]],
    ['another place', (range) => [range ? 206 : 200, range ? { 'content-range': elsewhere } : {}, content]],
    ['a part without a place', (range) => [range ? 206 : 200, {}, content]],
    [
      'another version',
      (range) =>
        range ? [206, { etag: '"two"', 'content-range': rest }, content.slice(half.length)] : [200, {}, content],
    ],
    [
      'another size',
      (range) =>
        range
          ? [206, { 'content-range': `bytes 8000-8009/8010`, 'content-length': '9' }, 'x'.repeat(9)]
          : [200, {}, content],
    ],
    ['416 and a page', (range) => [range ? 416 : 200, { 'content-range': `bytes */5` }, range ? 'a page' : content]],
  ])('downloads it anew when the server answers to a range with %s', async (_what, answer) => {
    await using web = await webServer((request, response) => {
      const [status, headers, body] = answer(request.headers.range !== undefined);
      response.writeHead(status, headers).end(body);
    });
    const url = `http://host.example:${web.port}/`;
    await leaveHalf(url);
    const { code } = await runCommand(['get', url, '-o', file, ...joined], surroundings);
    expect(code).toBe(0);
    expect(await readFile(file, 'latin1')).toBe(content);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves a file as it is when the server refuses, or does not say how long its answer is', async () => {
    await writeFile(file, 'as it was');
    await using web = await webServer((request, response) => {
      if (request.url === '/missing') return void response.writeHead(404).end('\u001b[31mno such page');
      response.socket?.end('HTTP/1.1 200 OK\r\n\r\nall of it?');
    });
    const there = `http://user:secret@host.example:${web.port}`;
    const missing = await runCommand(['get', `${there}/missing`, '-o', file, ...joined], surroundings);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(`http://host.example:${web.port}/missing: 404 Not Found\n[31mno such page\n`);
    const doubtful = ['get', `${there}/`, '-o', file, ...joined];
    expect(await runCommand(doubtful, surroundings)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--trust-end takes it'),
    });
    expect(await readFile(file, 'latin1')).toBe('as it was');
    expect(await runCommand([...doubtful, '--trust-end'], surroundings)).toMatchObject({ code: 0 });
    expect(await readFile(file, 'latin1')).toBe('all of it?');
  });

  it('stops at Ctrl-C, and leaves what has come', async () => {
    await using web = await webServer((_request, response) => {
      response.writeHead(200, { etag: '"one"', 'content-length': content.length }).write(half);
    });
    const args = ['get', `http://host.example:${web.port}/`, '-o', file, ...joined];
    const errors = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    let drawn = '';
    const stopping = new AbortController();
    errors.on('data', (part) => {
      drawn += String(part);
      if (/8,000 of 18,890 bytes, [\d.]+ kB\/s/.test(drawn)) stopping.abort(new CommandFailure('', 130));
    });
    const outcome = await runCommand(args, { ...surroundings, errors, terminal: true, signal: stopping.signal });
    expect(outcome).toMatchObject({ code: 130, stdout: '' });
    expect(drawn).toMatch(/░ [\d,]+ of/);
    expect((await readdir(folder)).sort()).toEqual(['file.part', 'file.part.json']);
  });

  it.each([
    ['host.example', 'is not a URL'],
    ['ftp://host.example/', 'is not a URL'],
    ['http://host.example/\r\nAT+RST', 'is not a URL'],
  ])('refuses %j', async (url, message) => {
    const outcome = await runCommand(['get', url, ...joined], surroundings);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('says that nobody is there', async () => {
    const outcome = await runCommand(['get', 'http://nobody.example/', '-o', file, ...joined], surroundings);
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOTFOUND nobody.example') });
    expect(await readdir(folder)).toEqual([]);
  });
});

/** Destroys a connection when its bytes are on their way. */
function destroyLater(socket: Socket): void {
  setImmediate(() => socket.destroy());
}
