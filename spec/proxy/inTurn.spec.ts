import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

import { tcpServer } from '../../harness/peers/tcpServer';
import { webServer } from '../../harness/peers/webServer';
import { nextTurn } from '../../harness/time/turns';
import { inTurn } from '../../src/proxy/inTurn';
import { allProxies, overHost, runningProxy } from './support/runningProxy';

/** A web server that answers some requests only when it is told to. */
async function patientServer() {
  const asked: string[] = [];
  const held = new Map<string, ServerResponse>();
  const web = await webServer((request, response) => {
    const what = `${request.method} ${request.url}`;
    request.resume();
    asked.push(what);
    if (what.includes('half')) response.writeHead(200, { 'content-length': 8 }).write('half');
    if (/held|half/.test(what)) held.set(what, response);
    else response.end(`answer to ${what}.`);
  });
  return {
    ...web,
    asked,
    release: (what: string) => held.get(what)?.end(what.includes('half') ? 'half' : `answer to ${what}.`),
  };
}

describe.each(allProxies)('requests that a client sends without waiting for the answers, on $name,', (tested) => {
  it('are passed on one after the other, and those of others meanwhile', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await patientServer();
    const request = (method: string, path: string) =>
      `${method} http://127.0.0.1:${web.port}${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
    const client = proxy.client(request('GET', '/held') + request('DELETE', '/two') + request('GET', '/three'));
    const other = proxy.client(request('GET', '/first'));
    await other.hears(/first\./);
    // A second request would have been there by now.
    other.socket.write(request('GET', '/second'));
    await other.hears(/second\./);
    expect([...web.asked].sort()).toEqual(['GET /first', 'GET /held', 'GET /second']);
    web.release('GET /held');
    await client.hears(/answer to GET \/held\.[^]*answer to DELETE \/two\.[^]*answer to GET \/three\./);
    expect(web.asked.slice(3)).toEqual(['DELETE /two', 'GET /three']);
    for (const { socket } of [client, other]) socket.destroy();
  });

  it('are not passed on when the client has left', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await patientServer();
    const request = (path: string) => `GET http://127.0.0.1:${web.port}${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const client = proxy.client(request('/held') + request('/two'));
    const left = new Promise((resolve) => web.server.once('request', (asked) => asked.once('close', resolve)));
    const other = proxy.client(request('/first'));
    await other.hears(/first\./);
    client.socket.resetAndDestroy();
    await left;
    other.socket.write(request('/second'));
    await other.hears(/second\./);
    expect([...web.asked].sort()).toEqual(['GET /first', 'GET /held', 'GET /second']);
    other.socket.destroy();
  });
});

describe('a client that does not wait for its answers', () => {
  const request = (method: string, url: string) => `${method} ${url} HTTP/1.1\r\nHost: a\r\n\r\n`;

  it('hears that what comes next is no request when it has its answers', async () => {
    await using proxy = await runningProxy(overHost);
    await using web = await patientServer();
    const client = proxy.client(request('GET', `http://127.0.0.1:${web.port}/half`));
    await client.hears(/half$/);
    client.socket.write(`nonsense\r\n${'more nonsense\r\n'.repeat(1000)}`);
    const other = proxy.client('nonsense\r\n\r\n');
    await other.end();
    expect(client.heard()).toMatch(/\r\n\r\nhalf$/);
    web.release('GET /half');
    expect(await client.end()).toMatch(/\r\n\r\nhalfhalfHTTP\/1.1 400 Bad Request\r\n/);
  });

  it('gets its answer, although it ends within the next request', async () => {
    await using proxy = await runningProxy(overHost);
    await using web = await patientServer();
    const client = proxy.client(request('GET', `http://127.0.0.1:${web.port}/half`), 'GET http://');
    await client.hears(/half$/);
    client.socket.end();
    web.release('GET /half');
    expect(await client.end()).toMatch(/\r\n\r\nhalfhalf(HTTP\/1.1 400 [^]*)?$/);
  });

  it('gets no tunnel, into which the answer would be written', async () => {
    await using proxy = await runningProxy(overHost);
    await using web = await patientServer();
    await using server = await tcpServer();
    const client = proxy.client(
      request('GET', `http://127.0.0.1:${web.port}/held`) + request('CONNECT', `127.0.0.1:${server.endpoint.port}`),
    );
    expect(await client.end()).toBe('');
    expect(proxy.refusals).toEqual([expect.stringContaining('has not waited for the answer')]);
  });

  it('has no effect behind an answer that closes the connection', async () => {
    await using proxy = await runningProxy(overHost);
    await using web = await patientServer();
    const there = `http://127.0.0.1:${web.port}`;
    const client = proxy.client(request('GET', 'http://nobody.example/') + request('DELETE', `${there}/two`));
    expect(await client.end()).toMatch(/^HTTP\/1.1 502 /);
    const other = proxy.client(request('GET', `${there}/first`));
    await other.hears(/first\./);
    expect(web.asked).toEqual(['GET /first']);
    other.socket.destroy();
  });

  it('is not read while many of its requests wait', async () => {
    const count = 2000;
    const waiting: ServerResponse[] = [];
    let seen = 0;
    let isFree = false;
    const server = createServer((asked, response) => {
      seen++;
      inTurn(asked, response, () => {
        if (isFree) response.end();
        else waiting.push(response);
      });
    });
    server.listen(0, '127.0.0.1');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
    client.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(8000)}\r\n\r\n`.repeat(count));
    const [socket] = await accepted;
    while (seen < count && !socket.isPaused()) await nextTurn();
    expect(seen).toBeLessThan(100);
    expect(waiting).toHaveLength(1);
    isFree = true;
    waiting[0]?.end();
    while (seen < count) await nextTurn();
    client.destroy();
    server.close();
    await once(server, 'close');
  });
});
