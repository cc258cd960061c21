/**
 * What the socket document says of opening and closing, sentence by sentence, on each interface. The titles are the
 * headings of the document. The other folders of `spec/usocket` specify what goes beyond it.
 */
import { once } from 'node:events';
import { connect as connectPeer } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import type { Address } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces, type RunningInterface } from '../../../harness/interfaces/interfaces';
import { restAt } from '../../../harness/peers/peer';

describe.each(interfaces)('the socket document, over $name:', (tested) => {
  const { start } = tested;

  /** A socket that listens, on a port that this machine reaches. */
  async function listening(net: RunningInterface, backlog?: number) {
    const socket = net.usocket.socket();
    await socket.bind(net.emulator ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
    await socket.listen(backlog);
    const port = net.emulator?.state.server?.localPort ?? socket.localAddress?.port ?? 0;
    return { socket, port };
  }
  const startServing = () => start({ ports: { 8080: 0 } });

  describe('socket.close()', () => {
    it('makes every later operation on the socket fail', async () => {
      await using pair = await connectedPair(tested);
      const { socket } = pair;
      await socket.close();
      const address: Address = ['127.0.0.1', 80];
      const calls = [
        socket.connect(address),
        socket.bind(address),
        socket.listen(),
        socket.accept(),
        socket.send('x'),
        socket.sendall('x'),
        socket.write('x'),
        socket.sendto('x', address),
        socket.recv(1),
        socket.recvfrom(1),
        socket.read(),
        socket.readinto(Buffer.alloc(1)),
        socket.readline(),
        socket.setsockopt(1, 2, 1),
      ];
      for (const call of calls) expect(await failureOf(call)).toMatchObject({ code: 'EBADF' });
    });

    it('lets the other end receive EOF, behind all that was sent', async () => {
      await using pair = await connectedPair(tested);
      const rest = restAt(pair.peer);
      await pair.socket.sendall('the last words');
      await pair.socket.close();
      expect(String(await rest)).toBe('the last words');
    });
  });

  describe('socket.bind(address)', () => {
    it('gives the socket an address, and fails when it has one already', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      await socket.bind(['0.0.0.0', 8080]);
      expect(socket.localAddress).toEqual({ address: '0.0.0.0', port: 8080 });
      expect(await failureOf(socket.bind(['0.0.0.0', 8081]))).toMatchObject({ code: 'EINVAL' });
    });
  });

  describe('socket.listen([backlog])', () => {
    it('accepts connections; a backlog below 0 counts as 0, and there is a default', async () => {
      await using net = await startServing();
      for (const backlog of [undefined, -1, 0, 3]) {
        const { socket, port } = await listening(net, backlog);
        const client = connectPeer(port, '127.0.0.1');
        await once(client, 'connect');
        const [conn] = await socket.accept();
        client.write('hi');
        expect(String(await conn.recv(10))).toBe('hi');
        await conn.close();
        client.destroy();
        await socket.close();
      }
    });

    it('limits what the system holds back; clients that wait are served in their order', async () => {
      await using net = await startServing();
      const { socket, port } = await listening(net, 1);
      // As many as a modem holds.
      const answers: Promise<Buffer>[] = [];
      for (let clients = 0; clients < 5; clients++) {
        const client = connectPeer(port, '127.0.0.1');
        await once(client, 'connect');
        answers.push(restAt(client));
      }
      for (const answer of answers) {
        const [conn] = await socket.accept();
        await conn.sendall('welcome');
        await conn.close();
        expect(String(await answer)).toBe('welcome');
      }
      await socket.close();
    });
  });

  describe('socket.accept()', () => {
    it('needs a socket that is bound and listens', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(await failureOf(socket.accept())).toMatchObject({ code: 'EINVAL' });
      await socket.bind(['0.0.0.0', 8080]);
      expect(await failureOf(socket.accept())).toMatchObject({ code: 'EINVAL' });
    });

    it('gives a new socket to send and receive on, and the address of the other end', async () => {
      await using net = await startServing();
      const { socket, port } = await listening(net);
      const client = connectPeer(port, '127.0.0.1');
      await once(client, 'connect');
      const [conn, address] = await socket.accept();
      expect(conn).not.toBe(socket);
      expect(address).toEqual(['127.0.0.1', client.localPort]);
      client.write('question');
      expect(String(await conn.recv(100))).toBe('question');
      const answer = restAt(client);
      await conn.sendall('answer');
      await conn.close();
      expect(String(await answer)).toBe('answer');
      await socket.close();
    });
  });

  describe('socket.connect(address)', () => {
    it('connects to a remote socket', async () => {
      await using pair = await connectedPair(tested);
      expect(pair.socket.remote).toEqual(pair.server.endpoint);
    });
  });
});
