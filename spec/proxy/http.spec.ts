import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { takeAt } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { webServer } from '../../harness/peers/webServer';
import { allProxies, onlyNic, overHost, overModems, runningProxy } from './support/runningProxy';

describe.each(allProxies)('an HTTP proxy, on $name,', (tested) => {
  it('passes requests to several hosts on, which come on one connection', async () => {
    await using proxy = await runningProxy(tested);
    await using one = await webServer((request, response) => {
      response.setHeader('keep-alive', 'timeout=9').setHeader('x-two', ['1', '2']);
      response.end(JSON.stringify([request.url, request.rawHeaders]));
    });
    await using other = await webServer((request, response) => {
      void text(request).then((body) => response.end(`${request.method} ${request.headers.host} ${body}`));
    });
    const there = `${onlyNic}:${other.port}`;
    const client = proxy.client(
      `GET http://127.0.0.1:${one.port}?a='b HTTP/1.1\r\nHost: wrong.example\r\nX-Two: 1\r\nProxy-Connection: Keep-Alive\r\n`,
      'Connection: close-not, x-mine\r\nX-Mine: 1\r\nProxy-Authorization: Basic xyz\r\nX-Two: 2\r\n\r\n',
    );
    const first = await client.hears(/\]\]/);
    expect(first).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(first).toMatch(/x-two: 1\r\nx-two: 2\r\n[^]*Via: 1.1 rx-usocket\r\n/);
    expect(first).not.toContain('timeout=9');
    const asked = JSON.parse(/\[.*\]/.exec(first)?.[0] ?? '') as unknown;
    expect(asked).toEqual([
      `/?a='b`,
      [
        'Host',
        `127.0.0.1:${one.port}`,
        'X-Two',
        '1',
        'X-Two',
        '2',
        'Via',
        '1.1 rx-usocket',
        'Connection',
        'keep-alive',
      ],
    ]);
    client.socket.write(`POST http://${there}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: ${there}\r\n\r\n`);
    client.socket.write('4\r\nbody\r\n0\r\n\r\n');
    expect(await client.hears(/body/)).toContain(`POST ${there} body`);
    client.socket.write(`GET http://${there}/ HTTP/1.1\r\nHost: ${there}\r\nProxy-Connection: close\r\n\r\n`);
    expect(await client.end()).toContain(`GET ${there} `);
  });

  it('answers a client that has ended its side, if the server answers in time', async () => {
    await using proxy = await runningProxy(tested, { halfCloseTimeout: 30_000 });
    const connections: unknown[] = [];
    await using web = await webServer((request, response) => {
      connections.push(request.socket);
      if (request.url !== '/silent') void text(request).then((body) => response.end(`${body}${'x'.repeat(30_000)}.`));
    });
    const url = `http://127.0.0.1:${web.port}`;
    const waiting = proxy.client(`POST ${url}/ HTTP/1.0\r\nContent-Length: 4\r\n\r\nbo`, 'dy');
    waiting.socket.end();
    expect(await waiting.end()).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nbodyx{30000}\.$/);
    // The end of a client that has its answer says nothing about the connection to the server.
    for (const path of ['/one', '/two']) {
      const satisfied = proxy.client(`GET ${url}${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await satisfied.hears(/\r\n\r\nx{30000}\./);
      satisfied.socket.end();
      await satisfied.end();
    }
    expect(connections[2]).toBe(connections[1]);
    await using hasty = await runningProxy(tested, { halfCloseTimeout: 100 });
    const given = hasty.client(`GET ${url}/silent HTTP/1.1\r\nHost: a\r\n\r\n`);
    given.socket.end();
    expect(await given.end()).toMatch(/^HTTP\/1.1 502 /);
  });

  it('opens tunnels, with the bytes behind the header, and lets the peer speak first', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const to = `${onlyNic}:${server.endpoint.port}`;
    const client = proxy.client(`CONNECT ${to} HTTP/1.1\r\nHo`, `st: ${to}\r\n\r\nearly bytes`, ', and more');
    const peer = await server.accept();
    peer.write('first words');
    expect(String(await takeAt(peer, 21))).toBe('early bytes, and more');
    client.socket.end();
    peer.end('. last words');
    const heard = await client.end();
    expect(heard).toMatch(/^HTTP\/1.1 200 Connection established\r\n[^]*\r\n\r\nfirst words\. last words$/);
  });

  it('ends a tunnel at once when the client resets its connection', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const client = proxy.client(`CONNECT 127.0.0.1:${server.endpoint.port} HTTP/1.1\r\n\r\n`);
    const peer = await server.accept();
    await client.hears(/200 Connection established/);
    const ended = new Promise((end) => peer.once('error', end).once('end', end).resume());
    client.socket.resetAndDestroy();
    // Firmware before AT 1.7 only closes. See NicSocket.
    const outcome = tested.name.includes('1.5') ? undefined : expect.objectContaining({ code: 'ECONNRESET' });
    expect(await ended).toEqual(outcome);
  });

  it('says in a sentence why it cannot connect', async () => {
    await using proxy = await runningProxy(tested);
    const port = await unusedPort();
    const tunnel = await proxy.client(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`).end();
    expect(tunnel).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n[^]*connect ECONNREFUSED 127\.0\.0\.1/);
    const request = proxy.client(`GET http://nobody.example/ HTTP/1.1\r\nHost: nobody.example\r\n\r\n`);
    expect(await request.end()).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n[^]*getaddrinfo ENOTFOUND nobody\.example/);
    expect(proxy.refusals).toHaveLength(2);
  });

  it('ends with a client that cuts its request off, and cuts an answer off that the peer cuts off', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const url = `http://127.0.0.1:${server.endpoint.port}/`;
    const cutOff = proxy.client('GET http://127.0.');
    cutOff.socket.end();
    expect(await cutOff.end()).toMatch(/^(HTTP\/1.1 400 [^]*)?$/);
    const client = proxy.client(`GET ${url} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    const peer = await server.accept();
    peer.resume().write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    await client.hears(/half/);
    peer.destroy();
    expect(await client.end()).toMatch(/half$/);
    const left = proxy.client(`POST ${url} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhalf`);
    const abandoned = await server.accept();
    await takeAt(abandoned, 30);
    left.socket.destroy();
    await new Promise((ended) => abandoned.once('end', ended).resume());
  });

  it('refuses an answer that it cannot pass on', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const url = `http://user:secret@127.0.0.1:${server.endpoint.port}/`;
    for (const status of ['099 OK', '200 O\u0001K']) {
      const client = proxy.client(`GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const peer = await server.accept();
      peer.resume().end(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nhi`);
      expect(await client.end()).toMatch(/^HTTP\/1.1 502 /);
    }
    expect(proxy.refusals).toHaveLength(2);
    expect(proxy.refusals.join()).not.toContain('secret');
  });

  it('asks the server whether it wants the body', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await webServer((request, response) => {
      void text(request).then((body) => response.end(`got ${body}`));
    });
    const url = `http://127.0.0.1:${web.port}/`;
    const headers = 'Host: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
    const asking = proxy.client(`PUT ${url} HTTP/1.1\r\n${headers}`);
    await asking.hears(/^HTTP\/1.1 100 Continue\r\n\r\n/);
    asking.socket.write('body');
    expect(await asking.hears(/got body/)).toContain('HTTP/1.1 200 OK');
    asking.socket.destroy();
    web.server.on('checkContinue', (_request, response) => response.writeHead(417).end('no'));
    const refused = proxy.client(`PUT ${url} HTTP/1.1\r\n${headers}`);
    expect(await refused.hears(/no\r\n/)).toMatch(/^HTTP\/1.1 417 /);
    refused.socket.destroy();
  });
});

describe.each(overModems)('the links of HTTP requests, on $name,', (tested) => {
  it('are given up when they are idle, and one that waits too long is told', async () => {
    await using proxy = await runningProxy(tested, { linkTimeout: 600 });
    await using server = await tcpServer();
    const servers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => webServer((_request, response) => response.end(`number ${index}.`))),
    );
    const client = proxy.client();
    for (const [index, { port }] of servers.entries()) {
      client.socket.write(`GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.hears(new RegExp(`number ${index}\\.`));
    }
    const tunnels = Array.from({ length: 5 }, () =>
      proxy.client(`CONNECT 127.0.0.1:${server.endpoint.port} HTTP/1.1\r\n\r\n`),
    );
    await Promise.all(tunnels.map(({ hears }) => hears(/200 Connection established/)));
    const sixth = proxy.client(`GET http://127.0.0.1:${servers[0]?.port}/ HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(await sixth.end()).toMatch(/^HTTP\/1.1 503 [^]*all links of [^]* have been in use for 0\.6 s/);
    for (const { socket } of [client, ...tunnels]) socket.destroy();
    for (const web of servers) await web[Symbol.asyncDispose]();
  });

  it('lets a server refuse an upload before it has all of it', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await webServer((request, response) => {
      request.once('data', () => response.writeHead(413, { connection: 'close' }).end('too much'));
    });
    const url = `http://127.0.0.1:${web.port}/`;
    const client = proxy.client(
      `POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n`,
      'x'.repeat(500_000),
    );
    expect(await client.hears(/too much/)).toMatch(/^HTTP\/1.1 413 /);
    client.socket.destroy();
  });
});

describe('an HTTP proxy', () => {
  it.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'This is a proxy'],
    ['GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n', 400, 'goes through CONNECT'],
    ['GET http://a%0d%0ab/ HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'This is a proxy'],
    ['CONNECT a.example HTTP/1.1\r\n\r\n', 400, 'CONNECT wants <host>:<port>, not "a.example"'],
    ['CONNECT a.example:99999 HTTP/1.1\r\n\r\n', 400, 'CONNECT wants'],
    ['CONNECT a\rb:80 HTTP/1.1\r\n\r\n', 400, 'This is no request'],
    ['nonsense\r\n\r\n', 400, 'This is no request'],
    [`GET http://a.example/ HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'too large'],
  ])('refuses %j', async (request, status, sentence) => {
    await using proxy = await runningProxy(overHost);
    const said = await proxy.client(request).end();
    expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*${sentence}`));
  });
});
