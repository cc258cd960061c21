import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { CommandFailure } from '../../../src/cli/console/exitCodes';
import { signed } from '../../../harness/peers/certificate';
import { secureWebServer, webServer } from '../../../harness/peers/webServer';
import { turnUntil } from '../../../harness/time/turns';
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
async function leaveHalf(url: string, validator: string): Promise<void> {
  await writeFile(`${file}.part`, half);
  await writeFile(`${file}.part.json`, JSON.stringify({ url, validator }));
}

/** What a server says to a request, with or without a range. */
type Answer = (range: boolean) => readonly [status: number, headers: Record<string, string>, body: string];

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
      response.write(half, () => void cutOffOnceKept(response.socket));
    });
    const args = ['get', `http://host.example:${web.port}/`, '-o', file, ...joined];
    const cut = await runCommand(args, surroundings);
    expect(cut).toMatchObject({ code: 1, stdout: '' });
    expect(cut.stderr).toMatch(
      /the download has ended after [\d,]+ of 18,890 bytes.*; the same command continues .*file\.part/,
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
  it.each<[what: string, answer: Answer, validator?: string]>([
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
    [
      'another time',
      (range) =>
        range
          ? [206, { 'last-modified': 'Sun, 01 Jan 2040 00:00:00 GMT', 'content-range': rest }, 'x'.repeat(10_890)]
          : [200, {}, content],
      'Sat, 01 Jan 2000 00:00:00 GMT',
    ],
    ['416 and a page', (range) => [range ? 416 : 200, { 'content-range': `bytes */5` }, range ? 'a page' : content]],
  ])('downloads it anew when the server answers to a range with %s', async (_what, answer, validator = '"one"') => {
    await using web = await webServer((request, response) => {
      const [status, headers, body] = answer(request.headers.range !== undefined);
      response.writeHead(status, headers).end(body);
    });
    const url = `http://host.example:${web.port}/`;
    await leaveHalf(url, validator);
    const { code } = await runCommand(['get', url, '-o', file, ...joined], surroundings);
    expect(code).toBe(0);
    expect(await readFile(file, 'latin1')).toBe(content);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('continues by the time of the last change only if the answer is younger', async () => {
    const date = 'Sat, 01 Jan 2000 00:00:05 GMT';
    const changed: Record<string, string> = { '/before': 'Sat, 01 Jan 2000 00:00:04 GMT', '/just-now': date };
    await using web = await webServer((request, response) => {
      const times = { date, 'last-modified': changed[request.url ?? ''], 'content-length': content.length };
      response.writeHead(200, times).write(half, () => {
        if (response.socket) destroyLater(response.socket);
      });
    });
    const get = (path: string) =>
      runCommand(['get', `http://host.example:${web.port}${path}`, '-o', file, ...joined], surroundings);
    expect((await get('/before')).stderr).toContain('the same command continues');
    expect((await get('/just-now')).stderr).toContain('it cannot be continued');
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

  it('does not take content for whole whose end is not certain, on standard output neither', async () => {
    await using web = await webServer((request, response) => {
      const length = request.url === '/' ? '' : 'Content-Length: 20\r\n';
      response.socket?.end(`HTTP/1.1 200 OK\r\n${length}\r\nall of it?`);
    });
    const url = `http://host.example:${web.port}/`;
    const doubtful = await runCommand(['get', url, ...joined], surroundings);
    expect(doubtful).toMatchObject({ code: 1, stdout: 'all of it?' });
    expect(doubtful.stderr).toContain('the content may be incomplete; --trust-end takes it');
    expect(await runCommand(['get', url, '--trust-end', ...joined], surroundings)).toMatchObject({ code: 0 });
    const cut = await runCommand(['get', `${url}cut`, ...joined], surroundings);
    expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining('ended after 10 of 20 bytes') });
    const kept = await runCommand(['get', `${url}cut`, '-o', file, ...joined], surroundings);
    expect(kept.stderr).toContain('it cannot be continued');
  });

  it('sends the password of the URL to its own server only', async () => {
    const seen: string[] = [];
    await using other = await webServer((request, response) => {
      response.end(request.headers.authorization ?? 'none');
    });
    await using web = await webServer((request, response) => {
      seen.push(request.headers.authorization ?? 'none');
      if (request.url === '/to') response.writeHead(302, { location: `http://sub.host.example:${other.port}/` }).end();
      else response.writeHead(302, { location: '/to' }).end();
    });
    const hosts = { ...emulator.hosts, 'sub.host.example': '127.0.0.1' };
    const url = `http://user:p%40ss@host.example:${web.port}/`;
    const outcome = await runCommand(['get', url, ...joined], { environment, emulator: { hosts } });
    expect(outcome).toMatchObject({ code: 0, stdout: 'none' });
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(seen).toEqual([basic, basic]);
  });

  it('writes to a device as it is, and refuses a place for no file before it asks for anything', async () => {
    let requests = 0;
    await using web = await webServer((_request, response) => {
      requests += 1;
      response.end(content);
    });
    const url = `http://host.example:${web.port}/`;
    const device = join(folder, 'device');
    await symlink('/dev/null', device);
    expect(await runCommand(['get', url, '-o', device, ...joined], surroundings)).toMatchObject({ code: 0 });
    expect(await readdir(folder)).toEqual(['device']);
    expect((await stat(device)).isCharacterDevice()).toBe(true);
    expect(await runCommand(['get', url, '-o', folder, ...joined], surroundings)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a directory'),
    });
    const nowhere = await runCommand(['get', url, '-o', join(folder, 'none', 'file'), ...joined], surroundings);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot write') });
    expect(requests).toBe(1);
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
    expect(outcome.stderr).toMatch(/: nobody\.example was not found; check the spelling.*AT\+CIPDOMAIN/);
    expect(await readdir(folder)).toEqual([]);
  });
});

/** Destroys a connection when some of its bytes are in the file. Those that come before the file is open go with the connection. */
async function cutOffOnceKept(socket: Socket | null): Promise<void> {
  const kept = () => statSync(`${file}.part`, { throwIfNoEntry: false })?.size ?? 0;
  await turnUntil(() => kept() > 0, 10_000);
  socket?.destroy();
}

/** Destroys a connection when its bytes are on their way. */
function destroyLater(socket: Socket): void {
  setImmediate(() => socket.destroy());
}
