import { describe, expect, it } from '@jest/globals';

import type { Sendable } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, sayLast, takeAt, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';

describe.each(interfaces)('what a socket does while it connects, over $name', (tested) => {
  it('non-blocking: EAGAIN, or null, until it is there', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    socket.setblocking(false);
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EINPROGRESS' });
    expect(await socket.write('x')).toBeNull();
    expect(await socket.read(1)).toBeNull();
    expect(await socket.read()).toBeNull();
    expect(await socket.readinto(Buffer.alloc(1))).toBeNull();
    expect(await socket.readline()).toBeNull();
    const refused = {
      send: () => socket.send('x'),
      sendall: () => socket.sendall('x'),
      recv: () => socket.recv(1),
      recvfrom: () => socket.recvfrom(1),
    };
    for (const [syscall, call] of Object.entries(refused)) {
      expect(await failureOf(call())).toMatchObject({ code: 'EAGAIN', errno: 11, syscall });
    }
    await until(socket.readiness$, ({ writable }) => writable);
    expect(await socket.write('x')).toBe(1);
  });

  it('blocking: waits for it, and then does what was asked, in its order', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    const connecting = socket.connect(addressOf(server));
    const sending = [socket.sendall('one '), socket.send('two')];
    const reading = socket.recv(10);
    await connecting;
    const peer = await server.accept();
    expect(String(await takeAt(peer, 7))).toBe('one two');
    await Promise.all(sending);
    peer.write('three');
    expect(String(await reading)).toBe('three');
  });

  it('blocking: fails when there is no connection', async () => {
    await using net = await tested.start();
    const server = await tcpServer();
    const address = addressOf(server);
    await server[Symbol.asyncDispose]();
    await using socket = net.usocket.socket();
    const connecting = failureOf(socket.connect(address));
    const sending = failureOf(socket.send('x'));
    expect(await connecting).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await sending).toMatchObject({ code: 'ENOTCONN', syscall: 'send' });
    socket.setblocking(false);
    expect(await failureOf(socket.connect(address))).toMatchObject({ code: 'EINPROGRESS' });
    socket.setblocking(true);
    expect(await failureOf(socket.recv(1))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await failureOf(socket.recv(1))).toMatchObject({ code: 'ENOTCONN' });
  });
});

describe.each(interfaces)('sizes, over $name', (tested) => {
  it('read() takes all until the end where the size is negative, null or missing', async () => {
    for (const size of [-1, -5, null, undefined]) {
      await using pair = await connectedPair(tested);
      sayLast(pair.peer, 'all of it');
      expect(String(await pair.socket.read(size))).toBe('all of it');
      expect(await pair.socket.read(size)).toHaveLength(0);
    }
  });

  it('readline() takes no more than was asked for, and the rest of the line next', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    sayLast(peer, 'a long line\nshort\nlast');
    expect(String(await socket.readline(6))).toBe('a long');
    expect(String(await socket.readline(100))).toBe(' line\n');
    expect(await socket.readline(0)).toHaveLength(0);
    expect(String(await socket.readline(6))).toBe('short\n');
    expect(String(await socket.makefile().readline(2))).toBe('la');
    expect(String(await socket.readline(-1))).toBe('st');
    expect(await socket.readline(5)).toHaveLength(0);
  });

  it('readline() on a non-blocking socket takes what there is, no more than was asked for', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    peer.write('half a line');
    await until(socket.readiness$, ({ readable }) => readable);
    expect(String(await socket.read(1))).toBe('h');
    socket.setblocking(false);
    expect(await socket.readline(0)).toHaveLength(0);
    let got = '';
    while (got.length < 10) got += String((await socket.readline(3)) ?? '');
    expect(got).toBe('alf a line');
    expect(await socket.readline(3)).toBeNull();
  });

  it('readinto() fills the buffer where the size is null, missing or larger', async () => {
    await using pair = await connectedPair(tested);
    pair.peer.write('abcabcabcab');
    for (const size of [null, undefined, 100]) {
      const target = Buffer.alloc(3);
      expect(await pair.socket.readinto(target, size)).toBe(3);
      expect(String(target)).toBe('abc');
    }
    const target = Buffer.from('...');
    expect(await pair.socket.readinto(target, 2)).toBe(2);
    expect(await pair.socket.readinto(target, 0)).toBe(0);
    expect(String(target)).toBe('ab.');
  });

  it('refuses a wrong size with EINVAL', async () => {
    await using pair = await connectedPair(tested);
    const { socket } = pair;
    const wrong = [0.5, NaN, '5', [5]] as unknown as number[];
    for (const size of wrong) {
      const calls = {
        recv: () => socket.recv(size),
        read: () => socket.read(size),
        readinto: () => socket.readinto(Buffer.alloc(2), size),
        readline: () => socket.readline(size),
      };
      for (const [syscall, call] of Object.entries(calls)) {
        expect(await failureOf(call())).toMatchObject({ code: 'EINVAL', syscall });
      }
    }
    for (const size of [-1, null, undefined]) {
      expect(await failureOf(socket.recv(size!))).toMatchObject({ code: 'EINVAL', syscall: 'recv' });
    }
    for (const nothing of [null, undefined] as unknown as Sendable[]) {
      expect(await failureOf(socket.send(nothing))).toMatchObject({ code: 'EINVAL', syscall: 'send' });
    }
  });
});

describe('after a reset of the peer, over the host', () => {
  const [tested] = interfaces;

  it('recv fails with ECONNRESET once, and then finds the end; send fails with EPIPE', async () => {
    await using pair = await connectedPair(tested!);
    const { socket, peer } = pair;
    peer.write('before');
    await until(socket.readiness$, ({ readable }) => readable);
    await reset(peer);
    await until(socket.state$, (state) => state === 'failed');
    expect(String(await socket.recv(10))).toBe('before');
    expect(await failureOf(socket.recv(10))).toMatchObject({ code: 'ECONNRESET', errno: 104 });
    for (let round = 0; round < 3; round++) {
      expect(await socket.recv(10)).toHaveLength(0);
      expect(await failureOf(socket.send('x'))).toMatchObject({ code: 'EPIPE', errno: 32, syscall: 'send' });
    }
    expect(await socket.read()).toHaveLength(0);
    socket.setblocking(false);
    expect(await socket.recv(10)).toHaveLength(0);
    expect(await failureOf(socket.write('x'))).toMatchObject({ code: 'EPIPE' });
  });

  it('the first send fails with it, where no call has read', async () => {
    await using pair = await connectedPair(tested!);
    const { socket, peer } = pair;
    await reset(peer);
    await until(socket.state$, (state) => state === 'failed');
    expect(await failureOf(socket.send('x'))).toMatchObject({ code: 'ECONNRESET', syscall: 'send' });
    expect(await failureOf(socket.send('x'))).toMatchObject({ code: 'EPIPE', syscall: 'send' });
    expect(await socket.recv(10)).toHaveLength(0);
  });
});
