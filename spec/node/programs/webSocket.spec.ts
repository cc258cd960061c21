import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';

import { noise } from '../../../harness/peers/bytes';
import { unusedPort } from '../../../harness/peers/tcpServer';
import { HttpAgent, listen } from '../../../src/node';
import { closed, errorOf } from '../support/eventLog';
import { ourSockets, type Sockets } from '../support/sockets';

const megabyte = noise(1_000_000);

/** Sends each message back. */
function echoing(http: Server): WebSocketServer {
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (message, binary) => socket.send(message, { binary }));
  });
  return server;
}

/** A server of WebSockets on loopback, which sends each message back. Dispose of it with `await using`. */
async function echoServer() {
  const http = createServer();
  const server = echoing(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    server,
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A WebSocket that is open, and goes through the interface. */
async function opened({ nic }: Sockets, url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { agent: new HttpAgent({ nic }) });
  await once(socket, 'open');
  return socket;
}

/** The connection of a WebSocket. `ws` itself tells only that it has closed. */
function under(socket: WebSocket): Socket {
  return Reflect.get(socket, '_socket') as Socket;
}

async function echoed(socket: WebSocket, message: Buffer): Promise<Buffer> {
  const heard = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(message);
  return (await heard)[0];
}

async function pong(socket: WebSocket, word: string): Promise<string> {
  const heard = once(socket, 'pong') as Promise<[Buffer]>;
  socket.ping(word);
  return String((await heard)[0]);
}

describe.each(ourSockets)('a WebSocket, on $name,', (tested) => {
  it('carries a message of 1 MB in each direction, and pings', async () => {
    await using sockets = await tested.start();
    await using server = await echoServer();
    const socket = await opened(sockets, server.url);
    expect((await echoed(socket, megabyte)).equals(megabyte)).toBe(true);
    expect(await pong(socket, 'are you there')).toBe('are you there');
    socket.close(1000);
    expect((await once(socket, 'close'))[0]).toBe(1000);
  });

  it('comes to a server at the modem, with a long message', async () => {
    await using sockets = await tested.start();
    const http = createServer();
    const server = echoing(http);
    const port = await unusedPort();
    listen(http, { nic: sockets.nic, port, halfCloseTimeout: 20 });
    await once(http, 'listening');
    const peer = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(peer, 'open');
    const message = megabyte.subarray(0, 200_000);
    expect((await echoed(peer, message)).equals(message)).toBe(true);
    expect(await pong(peer, 'hello')).toBe('hello');
    peer.close(1000);
    expect((await once(peer, 'close'))[0]).toBe(1000);
    server.close();
    await new Promise((resolve) => http.close(resolve));
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('a WebSocket, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET in the middle of a message, and opens again', async () => {
    await using sockets = await tested.start();
    await using server = await echoServer();
    const socket = await opened(sockets, server.url);
    const failed = Promise.all([errorOf(under(socket)), once(socket, 'close') as Promise<[number]>]);
    const [peer] = server.server.clients;
    const arriving = once(under(peer!), 'data');
    socket.send(megabyte, () => undefined);
    await arriving;
    sockets.restart();
    const [error, [code]] = await failed;
    expect([error.code, code]).toEqual(['ECONNRESET', 1006]);
    expect(await sockets.isBack()).toBe(true);
    const next = await opened(sockets, server.url);
    expect(String(await echoed(next, Buffer.from('again')))).toBe('again');
    next.close();
    await closed(next);
  });

  it('loses the clients of its server, which connect again', async () => {
    await using sockets = await tested.start();
    const http = createServer();
    const server = echoing(http);
    const port = await unusedPort();
    listen(http, { nic: sockets.nic, port, halfCloseTimeout: 20 });
    await once(http, 'listening');
    const peer = new WebSocket(`ws://127.0.0.1:${port}`);
    const [[client]] = (await Promise.all([once(server, 'connection'), once(peer, 'open')])) as [[WebSocket], unknown];
    const failed = Promise.all([errorOf(under(client)), once(client, 'close') as Promise<[number]>]);
    const lost = closed(peer.on('error', () => undefined));
    sockets.restart();
    const [error, [code]] = await failed;
    expect([error.code, code]).toEqual(['ECONNRESET', 1006]);
    await lost;
    expect(await sockets.isBack()).toBe(true);
    const next = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(next, 'open');
    expect(String(await echoed(next, Buffer.from('again')))).toBe('again');
    next.close();
    await closed(next);
    server.close();
    await new Promise((resolve) => http.close(resolve));
  });
});
