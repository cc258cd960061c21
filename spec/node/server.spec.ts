import { once } from 'node:events';
import { Agent, createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect as connectOverSystem, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';

import { restAt } from '../../harness/peers/peer';
import { unusedPort } from '../../harness/peers/tcpServer';
import { listen, NicSocket } from '../../src/node';
import { closed, errorOf, eventsOf } from './support/eventLog';
import { ourSockets, type Sockets } from './support/sockets';

/** Closes a server, and waits until its last connection has closed. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A client that has connected to the server, and the server's socket for it. */
async function client(server: Server): Promise<[client: Socket, socket: Socket]> {
  const { port } = server.address() as AddressInfo;
  const peer = connectOverSystem({ host: '127.0.0.1', port });
  peer.on('error', () => undefined);
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(peer, 'connect')])) as [[Socket], unknown];
  return [peer, socket];
}

/** A server that listens on a free port. */
async function listening(sockets: Sockets, options: object = {}): Promise<Server> {
  const server = sockets.createServer(options);
  server.listen({ port: await unusedPort() });
  await once(server, 'listening');
  return server;
}

describe.each(ourSockets)('a server, on $name,', (tested) => {
  it('has sockets with which a program does what it does with those of connect', async () => {
    await using sockets = await tested.start();
    const server = await listening(sockets);
    const [peer, socket] = await client(server);
    expect(socket).toBeInstanceOf(NicSocket);
    const failed = tested.firmware === '1.5' ? undefined : errorOf(peer);
    socket.setNoDelay(true).setKeepAlive(true, 1000).resetAndDestroy();
    // AT 1.5 ends the connection instead.
    await Promise.all([failed ?? restAt(peer), closed(socket)]);
    await stop(server);
  });

  it('answers over HTTP, one request after the other on one connection', async () => {
    await using sockets = await tested.start();
    const server = createHttpServer((incoming, response) => {
      void text(incoming).then((body) => response.end(`${incoming.method} ${body}`));
    });
    listen(server, { ...(sockets.nic && { nic: sockets.nic }), port: await unusedPort() });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers: string[] = [];
    for (const body of ['one', 'two']) {
      const asked = request({ port, host: '127.0.0.1', method: 'POST', agent }).end(body);
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      answers.push(`${await text(response)}, ${asked.reusedSocket ? 'again' : 'new'}`);
    }
    expect(answers).toEqual(['POST one, new', 'POST two, again']);
    agent.destroy();
    server.closeAllConnections();
    await stop(server);
  });

  it('holds a WebSocket', async () => {
    await using sockets = await tested.start();
    const server = createHttpServer();
    listen(server, { nic: sockets.nic, port: await unusedPort(), halfCloseTimeout: 20 });
    await once(server, 'listening');
    const webSockets = new WebSocketServer({ server });
    webSockets.on('connection', (socket) => {
      socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
    });
    const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(peer, 'open');
    peer.send('hello');
    expect(String((await once(peer, 'message'))[0])).toBe('hello');
    peer.ping();
    await once(peer, 'pong');
    peer.close(1000, 'done');
    expect((await once(peer, 'close'))[0]).toBe(1000);
    webSockets.close();
    await stop(server);
  });

  it('does not listen on a path', async () => {
    await using sockets = await tested.start();
    const server = sockets.createServer({});
    expect(() => server.listen('/tmp/path')).toThrow(expect.objectContaining({ code: 'EOPNOTSUPP' }));
  });

  it('does not listen under a name that nobody knows', async () => {
    await using sockets = await tested.start();
    const server = sockets.createServer({}).listen(await unusedPort(), 'nobody.invalid');
    expect(await errorOf(server)).toMatchObject({
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'nobody.invalid',
    });
    expect(server.listening).toBe(false);
  });

  it('may listen again at once, and has sockets of the same kind then', async () => {
    await using sockets = await tested.start();
    const server = await listening(sockets);
    server.close();
    const closing = once(server, 'close');
    server.listen({ port: await unusedPort(), path: undefined });
    await Promise.all([closing, once(server, 'listening')]);
    const [peer, socket] = await client(server);
    expect(socket).toBeInstanceOf(NicSocket);
    peer.destroy();
    await closed(socket.resume());
    await stop(server);
  });

  it('keeps nothing of attempts that have failed', async () => {
    await using sockets = await tested.start();
    const server = sockets.createServer({});
    const listeners = () => server.eventNames().map((name) => [name, server.listenerCount(name)]);
    const before = listeners();
    server.listen(await unusedPort(), 'nobody.invalid');
    await errorOf(server);
    expect(listeners()).toEqual(before);
  });

  it('closes, with its connections, when the program closes the interface', async () => {
    const sockets = await tested.start();
    const server = await listening(sockets);
    const [peer, socket] = await client(server);
    const log = eventsOf(socket);
    const over = Promise.all([once(server, 'close'), closed(socket)]);
    await sockets[Symbol.asyncDispose]();
    await over;
    expect(log).toEqual(['close closed false']);
    peer.destroy();
  });
});
