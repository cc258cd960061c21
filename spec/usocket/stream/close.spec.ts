import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connected, connectedPair, interfaces, type Pair } from '../../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';

const operations: Readonly<Record<string, (pair: Pair) => Promise<unknown>>> = {
  connect: ({ socket, server }) => socket.connect(addressOf(server)),
  send: ({ socket }) => socket.send('hello'),
  sendall: ({ socket }) => socket.sendall('hello'),
  write: ({ socket }) => socket.write('hello'),
  recv: ({ socket }) => socket.recv(10),
  read: ({ socket }) => socket.read(),
  readinto: ({ socket }) => socket.readinto(Buffer.alloc(10)),
  readline: ({ socket }) => socket.readline(),
};
const waiting = ['recv', 'read', 'readinto', 'readline'];

describe.each(interfaces)('close(), over $name', (tested) => {
  it('ends the stream at the peer, behind all that was sent', async () => {
    await using pair = await connectedPair(tested);
    const rest = restAt(pair.peer);
    await pair.socket.sendall('last words');
    await pair.socket.close();
    expect(String(await rest)).toBe('last words');
  });

  it('sends everything that a non-blocking write has taken', async () => {
    await using pair = await connectedPair(tested);
    const rest = restAt(pair.peer);
    const bytes = noise(2000);
    pair.socket.setblocking(false);
    expect(await pair.socket.write(bytes)).toBe(2000);
    await pair.socket.close();
    expect((await rest).equals(bytes)).toBe(true);
  });

  it('may be called twice, at once or later', async () => {
    await using pair = await connectedPair(tested);
    await Promise.all([pair.socket.close(), pair.socket.close()]);
    await pair.socket.close();
    expect(await firstValueFrom(pair.socket.state$)).toBe('closed');
  });

  it('closes a socket that was never connected', async () => {
    await using net = await tested.start();
    const socket = net.usocket.socket();
    await socket.close();
    expect(await failureOf(socket.recv(1))).toMatchObject({ code: 'EBADF' });
  });

  it('comes after the peer has closed, too', async () => {
    await using pair = await connectedPair(tested);
    sayLast(pair.peer, 'unread');
    await until(pair.socket.state$, (state) => state === 'peerClosed');
    await pair.socket.close();
    expect(await firstValueFrom(pair.socket.state$)).toBe('closed');
  });

  it.each(waiting)('ends a pending %s with EBADF', async (name) => {
    await using pair = await connectedPair(tested);
    const pending = failureOf(operations[name]!(pair));
    await pair.socket.close();
    expect(await pending).toMatchObject({ code: 'EBADF', errno: 9 });
  });

  it('ends every read that waits, and gives none of them the bytes of another', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    peer.write('hello');
    await until(socket.readiness$, ({ readable }) => readable);
    const pending = [socket.read(100), socket.recv(100), socket.readline()].map(failureOf);
    await socket.close();
    for (const failure of pending) expect(await failure).toMatchObject({ code: 'EBADF' });
  });

  it('ends a pending sendall with EBADF', async () => {
    await using pair = await connectedPair(tested);
    const pending = failureOf(pair.socket.sendall(Buffer.alloc(20_000_000)));
    await takeAt(pair.peer, 1);
    pair.peer.resume();
    await pair.socket.close();
    expect(await pending).toMatchObject({ code: 'EBADF', syscall: 'sendall' });
  });

  it.each(Object.keys(operations))('has every later %s fail with EBADF', async (name) => {
    await using pair = await connectedPair(tested);
    sayLast(pair.peer, 'unread');
    await pair.socket.close();
    for (const blocking of [true, false]) {
      pair.socket.setblocking(blocking);
      expect(await failureOf(operations[name]!(pair))).toMatchObject({ code: 'EBADF', errno: 9, syscall: name });
    }
  });

  it('ends the streams, and has later ones fail with EBADF', async () => {
    await using pair = await connectedPair(tested);
    const { socket } = pair;
    const streams = [failureOf(socket.data$), failureOf(socket.lines$)];
    await socket.close();
    for (const stream of [...streams, failureOf(socket.data$), failureOf(socket.lines$)])
      expect(await stream).toMatchObject({ code: 'EBADF' });
    expect(await firstValueFrom(socket.readiness$)).toMatchObject({ writable: false, hangup: true });
  });

  it('does nothing before it is subscribed to', async () => {
    await using pair = await connectedPair(tested);
    const closing$ = pair.socket.close$();
    sayLast(pair.peer, 'hello');
    expect(String(await pair.socket.read())).toBe('hello');
    await firstValueFrom(closing$);
    expect(await firstValueFrom(pair.socket.state$)).toBe('closed');
  });

  it('goes on when it is unsubscribed from', async () => {
    await using pair = await connectedPair(tested);
    const rest = restAt(pair.peer);
    pair.socket.close$().subscribe().unsubscribe();
    expect(String(await rest)).toBe('');
    await pair.socket.close();
  });

  it('waits for a close that is under way', async () => {
    await using pair = await connectedPair(tested);
    const rest = restAt(pair.peer);
    const first = pair.socket.close();
    await pair.socket.close();
    expect(pair.emulator?.state.links ?? []).toEqual([]);
    await first;
    expect(String(await rest)).toBe('');
  });

  it('comes at the end of a block that uses the socket', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const kept = await (async () => {
      await using socket = net.usocket.socket();
      await socket.connect(addressOf(server));
      return socket;
    })();
    expect(String(await restAt(await server.accept()))).toBe('');
    expect(await firstValueFrom(kept.state$)).toBe('closed');
  });

  it('makes room for others: twelve sockets in a row', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    for (let round = 0; round < 12; round++) {
      const [socket, peer] = await connected(net, server);
      sayLast(peer, String(round));
      expect(String(await socket.read())).toBe(String(round));
      await socket.close();
    }
  });
});

describe('close(), over the host', () => {
  it('does not wait for ever for a peer that takes nothing', async () => {
    await using pair = await connectedPair(interfaces[0]!);
    const { socket, peer } = pair;
    // More than the buffers of the operating system hold.
    const bytes = Buffer.alloc(32 * 2 ** 20);
    socket.settimeout(0.05);
    expect(await failureOf(socket.sendall(bytes))).toMatchObject({ code: 'ETIMEDOUT' });
    await socket.close();
    expect(peer.bytesRead).toBeLessThan(bytes.length);
    expect(await firstValueFrom(socket.state$)).toBe('closed');
  });
});
