import { once } from 'node:events';
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type RequestListener,
  type RequestOptions,
} from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';

import { describe, expect, it } from '@jest/globals';

import { signed } from '../../harness/peers/certificate';
import { HttpAgent, HttpsAgent } from '../../src/node';
import { ourSockets } from './support/sockets';
import { secureWebServer, webServer } from '../../harness/peers/webServer';

const host = '127.0.0.1';

/** Answers with the method, the path and the body of the request. */
const echo: RequestListener = (incoming, response) => {
  void text(incoming).then((body) => response.end(`${incoming.method} ${incoming.url} ${body}`));
};

/** What has come of a request. */
interface Answer {
  readonly answer: string;
  /** Whether its connection had carried another request before. */
  readonly isReused: boolean;
  /** Whether the certificate of the server is good. */
  readonly isAuthorized: boolean;
  /** Whether its TLS session had been used before. */
  readonly isResumed: boolean;
}

/** Makes a request, and reads the answer. */
async function ask(options: RequestOptions, body = '', make = request): Promise<Answer> {
  const asked = make({ host, ...options }).end(body);
  const [[response], [socket]] = (await Promise.all([once(asked, 'response'), once(asked, 'socket')])) as [
    [IncomingMessage],
    [Partial<TLSSocket>],
  ];
  const isResumed = socket.isSessionReused?.() ?? false;
  return {
    answer: await text(response),
    isReused: asked.reusedSocket,
    isAuthorized: socket.authorized ?? false,
    isResumed,
  };
}

describe.each(ourSockets)('HTTP, on $name,', (tested) => {
  it('keeps a connection for further requests, also those that waited', async () => {
    await using sockets = await tested.start();
    await using web = await webServer(echo);
    const agent = new HttpAgent({ nic: sockets.nic, keepAlive: true, maxSockets: 1 });
    const { port } = web;
    const all = await Promise.all(
      ['1', '2', '3'].map((body) => ask({ port, agent, method: 'POST', path: '/x' }, body)),
    );
    all.push(await ask({ port, agent }));
    expect(all.map(({ answer }) => answer)).toEqual(['POST /x 1', 'POST /x 2', 'POST /x 3', 'GET / ']);
    expect(all.map(({ isReused }) => isReused)).toEqual([false, false, false, true]);
    expect(web.connections()).toBe(1);
    agent.destroy();
  });

  it('carries chunks, trailers, 100-continue and an upgrade', async () => {
    await using sockets = await tested.start();
    await using web = await webServer((incoming, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      incoming.on('data', (chunk: Buffer) => response.write(chunk));
      incoming.on('end', () => {
        response.addTrailers({ 'x-sum': incoming.trailers['x-count'] });
        response.end();
      });
    });
    web.server.on('upgrade', (_incoming, socket: Socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst ');
      socket.pipe(socket);
    });
    const agent = new HttpAgent({ nic: sockets.nic });
    const { port } = web;
    const headers = { expect: '100-continue', trailer: 'x-count', 'transfer-encoding': 'chunked' };
    const asked = request({ host, port, agent, method: 'POST', headers });
    asked.flushHeaders();
    await once(asked, 'continue');
    asked.addTrailers({ 'x-count': '2' });
    asked.write('one,');
    asked.end('two');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect([await text(response), response.trailers]).toEqual(['one,two', { 'x-sum': '2' }]);

    const upgraded = request({ host, port, agent, headers: { connection: 'Upgrade', upgrade: 'echo' } }).end();
    const [, socket, head] = (await once(upgraded, 'upgrade')) as [IncomingMessage, Socket, Buffer];
    socket.write('second');
    let heard = String(head);
    while (heard.length < 12) heard += String(((await once(socket, 'data')) as [Buffer])[0]);
    expect(heard).toBe('first second');
    socket.destroy();
  });

  it('ends a request that is aborted, or takes too long', async () => {
    await using sockets = await tested.start();
    await using web = await webServer(() => undefined);
    const agent = new HttpAgent({ nic: sockets.nic, keepAlive: true });
    const { port } = web;
    const controller = new AbortController();
    const aborted = request({ host, port, agent, signal: controller.signal }).end();
    const arrived = once(web.server, 'request');
    const failed = once(aborted, 'error');
    await arrived;
    controller.abort();
    expect((await failed)[0]).toMatchObject({ code: 'ABORT_ERR' });
    const slow = request({ host, port, agent, timeout: 50 }).end();
    await once(slow, 'timeout');
    slow.destroy();
    expect((await once(slow, 'error'))[0]).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
  });

  it('sends no request on a connection that the server ends after its answer', async () => {
    await using sockets = await tested.start();
    let posts = 0;
    await using web = await webServer((incoming, response) => {
      posts++;
      // It does not say so in the answer.
      response.on('finish', () => incoming.socket.end());
      response.setHeader('connection', 'keep-alive').setHeader('content-length', 2).end('ok');
    });
    const agent = new HttpAgent({ nic: sockets.nic, keepAlive: true, maxSockets: 1 });
    const options = { port: web.port, agent, method: 'POST' };
    const all = await Promise.all(['1', '2', '3'].map((body) => ask(options, body)));
    expect(all.map(({ answer }) => answer)).toEqual(['ok', 'ok', 'ok']);
    expect(posts).toBe(3);
    agent.destroy();
  });

  it('shares the links between many requests to several hosts', async () => {
    await using sockets = await tested.start();
    await using one = await webServer(echo);
    await using two = await webServer(echo);
    const agents = [1, 2].map(() => new HttpAgent({ nic: sockets.nic, keepAlive: true }));
    const answers = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const { port } = index % 2 ? one : two;
        return (await ask({ port, agent: agents[index % 3 ? 1 : 0], path: `/${index}` })).answer;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 16 }, (_, index) => `GET /${index} `));
    for (const agent of agents) agent.destroy();
  });

  it('is encrypted and checked on this machine, and uses its sessions again', async () => {
    await using sockets = await tested.start();
    await using web = await secureWebServer(echo);
    const { port } = web;
    const trusting = { nic: sockets.nic, ca: signed.authority };
    const agent = new HttpsAgent({ ...trusting, keepAlive: true });
    const headers = { host: 'tls.example' };
    expect(await ask({ port, agent, headers }, '', secureRequest)).toMatchObject({
      answer: 'GET / ',
      isAuthorized: true,
    });
    expect(await ask({ port, agent, headers }, '', secureRequest)).toMatchObject({ isReused: true });
    agent.destroy();
    const closing = new HttpsAgent(trusting);
    expect(await ask({ port, agent: closing, headers }, '', secureRequest)).toMatchObject({ isResumed: false });
    expect(await ask({ port, agent: closing, headers }, '', secureRequest)).toMatchObject({ isResumed: true });
    const refused = (options: object, headers: OutgoingHttpHeaders) =>
      once(
        secureRequest({
          host,
          port,
          agent: new HttpsAgent({ ...trusting, ...options }),
          headers: { ...headers },
        }).end(),
        'response',
      );
    await expect(refused({ ca: [] }, { host: 'tls.example' })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    await expect(refused({}, { host: 'other.example' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('HTTP, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET, and can be asked again', async () => {
    await using sockets = await tested.start();
    await using web = await webServer((incoming, response) => {
      if (incoming.url === '/short') response.end('short');
      else response.write('a part');
    });
    const agent = new HttpAgent({ nic: sockets.nic, keepAlive: true });
    const { port } = web;
    const asked = request({ host, port, agent, path: '/long' }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await once(response, 'data');
    const failed = once(asked, 'error');
    sockets.restart();
    await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(await sockets.isBack()).toBe(true);
    expect((await ask({ port, agent, path: '/short' })).answer).toBe('short');
    agent.destroy();
  });
});
