import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type PageServer, servePage, textReply } from '../../../src/watch/serve/pageServer';

let folder: string;
let server: PageServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  await mkdir(join(folder, 'page/assets'), { recursive: true });
  await writeFile(join(folder, 'page/index.html'), '<title>the page</title>');
  await writeFile(join(folder, 'page/assets/main-1a2b.js'), 'start()');
  await writeFile(join(folder, 'page/a file.txt'), 'spaced');
  await writeFile(join(folder, 'outside.txt'), 'secret');
  await symlink(join(folder, 'outside.txt'), join(folder, 'page/link.txt'));
  server = await servePage({ port: 0, folder: join(folder, 'page') });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** What the server answers to a request, whose target is sent as it is. */
async function ask(target: string, { method = 'GET', host = 'localhost' } = {}) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/, 2) as [string, string]));
  return { status: Number(status.split(' ')[1]), headers, body };
}

describe('the server of the page', () => {
  it('serves the page, which a browser asks for again each time', async () => {
    expect(await ask('/')).toMatchObject({
      status: 200,
      body: '<title>the page</title>',
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', 'content-length': '23' },
    });
    expect(await ask('/index.html?x=1')).toMatchObject({ status: 200, body: '<title>the page</title>' });
    expect(await ask('/a%20file.txt')).toMatchObject({ status: 200, body: 'spaced' });
  });

  it('serves assets, which a browser keeps', async () => {
    const headers = {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': expect.stringMatching(/immutable/),
    };
    expect(await ask('/assets/main-1a2b.js')).toMatchObject({ status: 200, body: 'start()', headers });
  });

  it('answers HEAD without a body, and refuses other methods', async () => {
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': '23' },
    });
    expect(await ask('/', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it.each([
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/..\\outside.txt',
    '/%00',
    '/%',
    '//outside.txt',
    '/link.txt',
    '/assets',
    '/assets/',
    '/nothing.js',
    '/__proto__',
    '*',
  ])('has nothing at %s', async (target) => {
    const { status, body } = await ask(target);
    expect([status, body]).toEqual([404, 'There is no such file.\n']);
  });

  it('lets the page run code of its user and open lines of this machine, and nothing else', async () => {
    const { headers } = await ask('/');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' blob:;");
    expect(policy).not.toMatch(/https?:/);
    expect((await ask('/nothing')).headers['content-security-policy']).toBe(policy);
    // The frame of a program, which no page of another origin shows.
    expect((await ask('/program.html')).headers).toMatchObject({
      'x-frame-options': 'SAMEORIGIN',
      'content-security-policy': expect.stringContaining("frame-ancestors 'self'"),
    });
  });

  it('refuses other names of this machine', async () => {
    const { port } = new URL(server.url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) expect((await ask('/', { host })).status).toBe(200);
    expect(await ask('/', { host: 'rebound.example' })).toMatchObject({
      status: 403,
      body: expect.stringContaining('not "rebound.example"'),
    });
  });

  it('says how the page is built, and serves it as soon as it is', async () => {
    await server.close();
    server = await servePage({ port: 0, folder: join(folder, 'later') });
    expect(await ask('/')).toMatchObject({ status: 503, body: expect.stringContaining('npm run build') });
    await mkdir(join(folder, 'later'));
    await writeFile(join(folder, 'later/index.html'), 'built');
    expect(await ask('/')).toMatchObject({ status: 200, body: 'built' });
  });

  it('serves what else it is told', async () => {
    await server.close();
    const more = (path: string) => (path === '/more' ? textReply(200, 'more') : undefined);
    server = await servePage({ port: 0, folder, more });
    expect(await ask('/more')).toMatchObject({ body: 'more\n', headers: { 'cache-control': 'no-store' } });
    expect(await ask('/other')).toMatchObject({ status: 404 });
  });
});
