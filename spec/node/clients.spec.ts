import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, fetch, request } from 'undici';
import { WebSocket, WebSocketServer } from 'ws';

import { signed } from '../../harness/peers/certificate';
import { noise } from '../../harness/peers/bytes';
import { tcpServer } from '../../harness/peers/tcpServer';
import { connector, HttpAgent } from '../../src/node';
import { ourSockets, type Sockets } from './support/sockets';
import { secureWebServer, webServer } from '../../harness/peers/webServer';

/** An agent of `undici` that goes through the interface. */
function agentOver({ nic }: Sockets, options: object = {}): Agent {
  return new Agent({ connections: 1, connect: connector({ nic, ca: signed.authority, ...options }) });
}

describe.each(ourSockets)('undici, on $name,', (tested) => {
  it('fetches, posts, and keeps its connection', async () => {
    await using sockets = await tested.start();
    await using web = await webServer((incoming, response) => {
      void text(incoming).then((body) => response.end(`${incoming.method} ${body}`));
    });
    const dispatcher = agentOver(sockets);
    const origin = `http://127.0.0.1:${web.port}`;
    const got = await fetch(origin, { dispatcher });
    expect([got.status, await got.text()]).toEqual([200, 'GET ']);
    const posted = await request(origin, { method: 'POST', body: 'a body', dispatcher });
    expect(await posted.body.text()).toBe('POST a body');
    expect(web.connections()).toBe(1);
    await dispatcher.close();
  });

  it('checks the certificate of an encrypted connection', async () => {
    await using sockets = await tested.start();
    await using web = await secureWebServer((_incoming, response) => response.end('secret'));
    const origin = `https://127.0.0.1:${web.port}`;
    const dispatcher = agentOver(sockets);
    const got = await fetch(origin, { dispatcher });
    expect(await got.text()).toBe('secret');
    await dispatcher.destroy();
    const distrusting = agentOver(sockets, { ca: [] });
    await expect(request(origin, { dispatcher: distrusting })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    await distrusting.destroy();
  });

  it('says that a connection has not opened in time, or not at all', async () => {
    await using sockets = await tested.start();
    await using silent = await tcpServer();
    const hasty = agentOver(sockets, { timeout: 40 });
    await expect(request(`https://127.0.0.1:${silent.endpoint.port}`, { dispatcher: hasty })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    await hasty.destroy();
    // On a busy machine, a refusal may take as long.
    const patient = agentOver(sockets);
    await expect(request('http://127.0.0.1:1', { dispatcher: patient })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await patient.destroy();
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('undici, on $name,', (tested) => {
  it('talks to more hosts than there are links, because idle connections are given up', async () => {
    await using sockets = await tested.start();
    await using web = await webServer((_incoming, response) => response.end('ok'));
    const others = await Promise.all(
      Array.from({ length: 6 }, () => webServer((_incoming, response) => response.end('ok'))),
    );
    const dispatcher = agentOver(sockets);
    const answers: string[] = [];
    for (const { port } of [web, ...others]) {
      answers.push(await (await fetch(`http://127.0.0.1:${port}`, { dispatcher })).text());
    }
    expect(answers).toEqual(Array(7).fill('ok'));
    await dispatcher.close();
    await Promise.all(others.map((other) => other[Symbol.asyncDispose]()));
  });

  it('fails with the restart of the modem, and fetches again', async () => {
    await using sockets = await tested.start();
    let isFirst = true;
    await using web = await webServer((_incoming, response) => {
      if (isFirst) response.write('a part');
      else response.end('whole');
      isFirst = false;
    });
    const dispatcher = agentOver(sockets);
    const origin = `http://127.0.0.1:${web.port}`;
    const { body } = await request(origin, { dispatcher });
    const failed = body.text();
    sockets.restart();
    await expect(failed).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await sockets.isBack()).toBe(true);
    expect(await (await fetch(origin, { dispatcher })).text()).toBe('whole');
    await dispatcher.close();
  });
});

describe.each(ourSockets)('a WebSocket, on $name,', (tested) => {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket) => {
    socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
  });

  beforeAll(async () => {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });

  afterAll(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => http.close(resolve));
  });

  it('carries messages, long ones too, and pings', async () => {
    await using sockets = await tested.start();
    const agent = new HttpAgent({ nic: sockets.nic });
    const socket = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, { agent });
    await once(socket, 'open');
    const message = noise(3_000);
    socket.send(message);
    expect(((await once(socket, 'message')) as [Buffer])[0].equals(message)).toBe(true);
    socket.ping('are you there');
    expect(String((await once(socket, 'pong'))[0])).toBe('are you there');
    socket.close(1000);
    expect((await once(socket, 'close'))[0]).toBe(1000);
  });
});
