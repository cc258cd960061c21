import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { tcpServer } from '../../harness/peers/tcpServer';
import { secureWebServer, webServer } from '../../harness/peers/webServer';
import { runCommand } from '../../harness/processes/command';
import { onlyNic, overModems, runningProxy } from './support/runningProxy';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
  const git = async (...args: readonly string[]) => {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@host.example'];
    const { code, stderr } = await runCommand('git', ['-C', folder, ...who, ...args]);
    if (code !== 0) throw new Error(stderr);
  };
  await git('init', '--quiet', 'work');
  await writeFile(join(folder, 'work', 'file'), 'x'.repeat(50_000));
  await git('-C', 'work', 'add', 'file');
  await git('-C', 'work', 'commit', '--quiet', '-m', 'one');
  await git('clone', '--quiet', '--bare', 'work', 'bare.git');
  await git('-C', 'bare.git', 'update-server-info');
});

afterAll(() => rm(folder, { recursive: true }));

describe.each(overModems)('a proxy, on $name,', (tested) => {
  it.each(['socks5h', 'http'])('serves curl by %s', async (protocol) => {
    await using proxy = await runningProxy(tested);
    await using web = await webServer((request, response) => {
      void text(request).then((body) => response.end(`${request.method} ${body.length} `));
    });
    await using secureWeb = await secureWebServer((_request, response) => response.end('secret'));
    const curl = (...args: readonly string[]) =>
      runCommand('curl', ['-sS', '--proxy', `${protocol}://127.0.0.1:${proxy.port}`, ...args]);
    const url = `http://${onlyNic}:${web.port}/`;
    expect(await curl(url, url)).toMatchObject({ code: 0, stdout: 'GET 0 GET 0 ' });
    await writeFile(join(folder, 'upload'), 'x'.repeat(20_000));
    expect(await curl('-T', join(folder, 'upload'), url)).toMatchObject({ code: 0, stdout: 'PUT 20000 ' });
    expect(await curl('-k', `https://${onlyNic}:${secureWeb.port}/`)).toMatchObject({ code: 0, stdout: 'secret' });
    const missing = await curl('http://nobody.example/');
    if (protocol === 'http') expect(missing.stdout).toContain('getaddrinfo ENOTFOUND nobody.example');
    else expect(missing.stderr).toContain('(4)');
  });

  it('lets git clone', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await webServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://a');
      createReadStream(join(folder, pathname))
        .on('error', () => response.writeHead(404).end())
        .pipe(response);
    });
    const into = join(folder, `clone-${proxy.port}`);
    const { code, stderr } = await runCommand('git', ['clone', `http://${onlyNic}:${web.port}/bare.git`, into], {
      http_proxy: `http://127.0.0.1:${proxy.port}`,
      GIT_CONFIG_NOSYSTEM: '1',
      HOME: folder,
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect((await readFile(join(into, 'file'))).length).toBe(50_000);
  });

  it('carries all that has waited for a slow client', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const client = proxy.client(`CONNECT 127.0.0.1:${server.endpoint.port} HTTP/1.1\r\n\r\n`);
    const peer = await server.accept();
    await client.hears(/\r\n\r\n$/);
    // AT 1.5 cannot hold data back, so it gets no more than its socket keeps.
    const size = tested.name.includes('1.5') ? 100_000 : 1_000_000;
    client.socket.pause();
    peer.end(Buffer.alloc(size, 'x'));
    client.socket.resume();
    expect((await client.end()).replace(/^[^]*\r\n\r\n/, '')).toHaveLength(size);
  });
});
