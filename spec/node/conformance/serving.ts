import { once } from 'node:events';
import { type AddressInfo, connect as connectOverSystem, Server } from 'node:net';
import { text } from 'node:stream/consumers';

import { expect } from '@jest/globals';

import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { closed } from '../support/eventLog';
import { host, type Situation } from './situation';

/** What a server does. */
export const serving: readonly Situation[] = [
  {
    name: 'a server serves a client, and closes when that has left',
    async play(stage) {
      const server = stage.server({ halfCloseTimeout: 20 }, (socket) => {
        stage.note(`the listener of connections, ${socket.readyState}`);
        socket.on('end', () => stage.note('end'));
        socket.resume().end('welcome');
      });
      expect(server).toBeInstanceOf(Server);
      expect([server.listening, server.address()]).toEqual([false, null]);
      const port = await unusedPort();
      expect(server.listen(port, () => stage.note('the listener'))).toBe(server);
      expect(server.listening).toBe(true);
      await once(server, 'listening');
      expect(server.address()).toMatchObject({ port });
      expect(await text(connectOverSystem({ host, port }))).toBe('welcome');
      server.close(() => stage.note('callback of close'));
      expect(server.listening).toBe(false);
      await once(server, 'close');
    },
    events: [
      ...['server listening true', 'the listener', 'the listener of connections, open', 'server connection true'],
      ...['end', 'server close false', 'callback of close'],
    ],
  },
  {
    name: 'a server closes while a connection is open',
    async play(stage) {
      const server = stage.server().listen({ port: await unusedPort() });
      await once(server, 'listening');
      const [client, socket] = await stage.client(server);
      const count = () => new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)));
      server.close(() => stage.note('callback of close'));
      stage.note(`${await count()} open`);
      socket.on('close', () => stage.note('the socket closes'));
      client.destroy();
      await Promise.all([closed(socket.resume()), once(server, 'close')]);
      stage.note(`${await count()} open`);
    },
    events: [
      ...['server listening true', 'server connection true', '1 open', 'server close false'],
      ...['callback of close', 'the socket closes', '0 open'],
    ],
  },
  {
    name: 'a server closes before it has begun to listen',
    async play(stage) {
      const server = stage.server().listen(await unusedPort());
      await new Promise((resolve) => server.close(resolve));
      await expect(new Promise((resolve) => server.close(resolve))).resolves.toMatchObject({
        code: 'ERR_SERVER_NOT_RUNNING',
      });
    },
    events: ['server close false', 'server close false'],
  },
  {
    name: 'a server listens twice, and again after it has closed',
    async play(stage) {
      const server = stage.server();
      const port = await unusedPort();
      server.listen(port);
      expect(() => server.listen(port)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_ALREADY_LISTEN' }));
      await once(server, 'listening');
      expect(() => server.listen(port)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_ALREADY_LISTEN' }));
      await new Promise((resolve) => server.close(resolve));
      server.listen(port);
      await once(server, 'listening');
      await new Promise((resolve) => server.close(resolve));
    },
    events: ['server listening true', 'server close false', 'server listening true', 'server close false'],
  },
  {
    name: 'a server refuses what is no port, and may be told one in several ways',
    async play(stage) {
      const server = stage.server();
      const wrong = [65_536, -1, Number.NaN, { port: 1.5 }, { port: 'none' }, {}, { port: 1, signal: 'none' }];
      const codes = wrong.map((each) => {
        try {
          return server.listen(each as number).listening;
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      });
      const noPort = 'ERR_SOCKET_BAD_PORT';
      expect(codes).toEqual([...wrong.slice(0, 5).map(() => noPort), 'ERR_INVALID_ARG_VALUE', 'ERR_INVALID_ARG_TYPE']);
      for (const form of ['text', 'object', 'no host'] as const) {
        const port = await unusedPort();
        if (form === 'text') server.listen(String(port));
        else if (form === 'object') server.listen({ port: String(port) as unknown as number, backlog: 3 });
        else server.listen({ port, host: null as unknown as string });
        await once(server, 'listening');
        expect(server.address()).toMatchObject({ port });
        const [client, socket] = await stage.client(server);
        expect([socket.localPort, socket.address()]).toEqual([port, expect.objectContaining({ port })]);
        client.destroy();
        await closed(socket.resume());
        await new Promise((resolve) => server.close(resolve));
      }
    },
    events: ['1', '2', '3'].flatMap(() => ['server listening true', 'server connection true', 'server close false']),
  },
  {
    name: 'a server chooses a port',
    async play(stage) {
      const server = stage.server().listen(0);
      await once(server, 'listening');
      const [client, socket] = await stage.client(server);
      client.destroy();
      await closed(socket.resume());
      await new Promise((resolve) => server.close(resolve));
    },
    events: ['server listening true', 'server connection true', 'server close false'],
  },
  {
    name: 'a server cannot have its port',
    async play(stage) {
      await using other = await tcpServer();
      const { port } = other.endpoint;
      const server = stage.server().listen({ port, host });
      const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException];
      expect(error).toMatchObject({ syscall: 'listen', port });
      expect(error.errno).toBeLessThan(0);
      expect(server.listening).toBe(false);
    },
    events: ['server error EADDRINUSE'],
    overModems: {
      because: '127.0.0.1 is an address of this machine, not of the modem',
      events: ['server error EADDRNOTAVAIL'],
    },
  },
  {
    name: 'a server takes no more clients than it was told',
    async play(stage) {
      const server = stage.server().listen({ port: await unusedPort() });
      await once(server, 'listening');
      server.maxConnections = 1;
      const [first, socket] = await stage.client(server);
      const dropped = once(server, 'drop');
      const second = connectOverSystem({ host, port: (server.address() as AddressInfo).port });
      const [drop] = await Promise.all([dropped, text(second)]);
      expect(drop[0]).toHaveProperty('remoteAddress');
      first.destroy();
      await closed(socket.resume());
      await new Promise((resolve) => server.close(resolve));
    },
    events: ['server listening true', 'server connection true', 'server drop true', 'server close false'],
  },
  {
    name: 'a server is closed by a signal',
    async play(stage) {
      const controller = new AbortController();
      const server = stage.server().listen({ port: await unusedPort(), signal: controller.signal });
      expect(server.unref().ref()).toBe(server);
      await once(server, 'listening');
      controller.abort();
      await once(server, 'close');
    },
    events: ['server listening true', 'server close false'],
  },
  {
    name: 'a server is disposed of',
    async play(stage) {
      const server = stage.server().listen({ port: await unusedPort() });
      await once(server, 'listening');
      await server[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
    events: ['server listening true', 'server close false'],
  },
];
