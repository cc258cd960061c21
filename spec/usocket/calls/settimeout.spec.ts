import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';

import type { Socket } from '../../../src/usocket';
import { marbles } from '../../../harness/time/marbles';
import { failureOf } from '../../../harness/interfaces/failure';
import { nonos174 } from '../../../harness/modems/firmware';
import { connectedPair, interfaces, type Pair } from '../../../harness/interfaces/interfaces';
import { sayLast, takeAt, until } from '../../../harness/peers/peer';
import { code, connected as connectedModem } from '../../../harness/modems/stage';

const reads: Readonly<Record<string, (pair: Pair) => Promise<unknown>>> = {
  recv: ({ socket }) => socket.recv(10),
  read: ({ socket }) => socket.read(10),
  readinto: ({ socket }) => socket.readinto(Buffer.alloc(10)),
  readline: ({ socket }) => socket.readline(),
};

describe.each(interfaces)('settimeout() and setblocking(), over $name', (tested) => {
  it.each(Object.keys(reads))('has %s fail with ETIMEDOUT when the time is over', async (name) => {
    await using pair = await connectedPair(tested);
    pair.socket.settimeout(0.05);
    const begun = performance.now();
    const error = await failureOf(reads[name]!(pair));
    const took = performance.now() - begun;
    expect(error).toMatchObject({ code: 'ETIMEDOUT', errno: 110, syscall: name });
    expect(error.message).toMatch(new RegExp(`127\\.0\\.0\\.1:${pair.server.endpoint.port}.* 0\\.05 s`));
    expect(took).toBeGreaterThan(45);
    expect(took).toBeLessThan(1000);
  });

  it('loses no byte with a time-out', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    peer.write('part of a li');
    socket.settimeout(0.05);
    expect(await failureOf(socket.read(100))).toMatchObject({ code: 'ETIMEDOUT' });
    expect(await failureOf(socket.readline())).toMatchObject({ code: 'ETIMEDOUT' });
    expect(await failureOf(socket.readinto(Buffer.alloc(100)))).toMatchObject({ code: 'ETIMEDOUT' });
    sayLast(peer, 'ne\nand more');
    expect(String(await socket.readline())).toBe('part of a line\n');
    expect(String(await socket.read())).toBe('and more');
  });

  it('changes nothing for a call that ends in time', async () => {
    await using pair = await connectedPair(tested);
    pair.socket.settimeout(5);
    sayLast(pair.peer, 'hello');
    expect(String(await pair.socket.read())).toBe('hello');
    await pair.socket.close();
  });

  it('applies to operations that start after it', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const first = socket.recv(3);
    socket.settimeout(0.02);
    const second = failureOf(socket.recv(3));
    socket.settimeout(null);
    const third = socket.recv(3);
    expect(await second).toMatchObject({ code: 'ETIMEDOUT' });
    peer.write('abcdef');
    expect((await Promise.all([first, third])).map(String)).toEqual(['abc', 'def']);
  });

  it('counts as it is when an operation is subscribed to', async () => {
    await using pair = await connectedPair(tested);
    const receiving$ = pair.socket.recv$(3);
    pair.socket.settimeout(0.02);
    expect(await failureOf(receiving$)).toMatchObject({ code: 'ETIMEDOUT' });
    pair.socket.settimeout(0);
    expect(await failureOf(receiving$)).toMatchObject({ code: 'EAGAIN' });
  });

  it('counts the time in which an operation waits its turn', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const first = socket.read(5);
    socket.settimeout(0.05);
    expect(await failureOf(socket.recv(5))).toMatchObject({ code: 'ETIMEDOUT' });
    peer.write('hello');
    expect(String(await first)).toBe('hello');
  });

  it('blocks for ever by default', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const receiving = socket.recv(10);
    socket.settimeout(0.05);
    await failureOf(socket.recv(10));
    peer.write('at last');
    expect(String(await receiving)).toBe('at last');
  });

  it('has a long sendall fail with ETIMEDOUT when the peer takes nothing', async () => {
    await using pair = await connectedPair(tested);
    pair.socket.settimeout(0.1);
    const error = await failureOf(pair.socket.sendall(Buffer.alloc(20_000_000)));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'sendall' });
  });

  it('lets a send that is in time through', async () => {
    await using pair = await connectedPair(tested);
    pair.socket.settimeout(5);
    const [got] = await Promise.all([takeAt(pair.peer, 5000), pair.socket.sendall(Buffer.alloc(5000, 'x'))]);
    expect(String(got)).toBe('x'.repeat(5000));
  });

  it('settimeout(0) is setblocking(false), settimeout(null) is setblocking(true)', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    for (const unblock of [() => socket.settimeout(0), () => socket.setblocking(false)]) {
      unblock();
      expect(await socket.read(1)).toBeNull();
    }
    for (const block of [() => socket.settimeout(null), () => socket.setblocking(true)]) {
      block();
      const reading = socket.read(1);
      peer.write('x');
      expect(String(await reading)).toBe('x');
    }
  });

  it.each([-1, NaN, Infinity, -Infinity, '5', undefined, {}])('refuses %p with EINVAL', async (value) => {
    await using pair = await connectedPair(tested);
    const call = () => pair.socket.settimeout(value as number);
    expect(call).toThrow(expect.objectContaining({ code: 'EINVAL', errno: 22, syscall: 'settimeout' }));
    sayLast(pair.peer, 'still blocking');
    expect(String(await pair.socket.read())).toBe('still blocking');
  });

  it('accepts more seconds than a timer can keep', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    socket.settimeout(1e9);
    const receiving = socket.recv(10);
    peer.write('hello');
    expect(String(await receiving)).toBe('hello');
    await until(socket.readiness$, ({ readable }) => !readable);
  });
});

describe('settimeout(0.25) on a silent peer', () => {
  const operations: Readonly<Record<string, (socket: Socket) => Observable<unknown>>> = {
    recv: (socket) => socket.recv$(10),
    recvfrom: (socket) => socket.recvfrom$(10),
    read: (socket) => socket.read$(10),
    readinto: (socket) => socket.readinto$(Buffer.alloc(10)),
    readline: (socket) => socket.readline$(),
    send: (socket) => socket.send$('x'),
    sendall: (socket) => socket.sendall$('x'),
    write: (socket) => socket.write$('x'),
  };

  it.each(Object.keys(operations))('ends %s after 250 ms of virtual time, and leaves no timer', (name) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4 } = connectedModem(scheduler, { firmware: nonos174, script: [[/^AT\+CIPSEND/]] });
      link4.settimeout(0.25);
      expectObservable(operations[name]!(link4).pipe(code())).toBe('250ms #', undefined, 'ETIMEDOUT');
      flush();
      link4.close$().subscribe();
    })();
  });

  it('ends between 0.25 and 0.35 s of real time', async () => {
    await using pair = await connectedPair(interfaces[0]!);
    pair.socket.settimeout(0.25);
    const begun = performance.now();
    expect(await failureOf(pair.socket.recv(10))).toMatchObject({ code: 'ETIMEDOUT' });
    const took = performance.now() - begun;
    // A timer may be early, because its milliseconds are rounded.
    expect(took).toBeGreaterThan(249);
    expect(took).toBeLessThan(350);
  });
});
