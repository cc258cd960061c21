import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, sayLast, until } from '../../../harness/peers/peer';

describe.each(interfaces)('recv(), over $name', (tested) => {
  it('gives what is there as soon as anything is, without waiting for more', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const receiving = socket.recv(4096);
    peer.write('hello');
    expect(String(await receiving)).toBe('hello');
  });

  it('gives at most so many bytes, and leaves the rest for the next read', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    sayLast(peer, 'hello, world\nbye');
    expect(String(await socket.recv(1))).toBe('h');
    expect(String(await socket.recv(4))).toBe('ello');
    expect(String(await socket.readline())).toBe(', world\n');
    expect(String(await socket.read(1))).toBe('b');
    expect(String(await socket.recv(100))).toBe('ye');
  });

  it('gives an empty buffer when the peer has closed, again and again', async () => {
    await using pair = await connectedPair(tested);
    sayLast(pair.peer);
    for (let time = 0; time < 3; time++) expect((await pair.socket.recv(10)).length).toBe(0);
    pair.socket.setblocking(false);
    expect((await pair.socket.recv(10)).length).toBe(0);
  });

  it('gives first what came before the peer closed', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const bytes = noise(20_000);
    sayLast(peer, bytes);
    // Where the modem pushes, all of it is here by then; elsewhere it waits in the modem or in the network.
    await until(socket.readiness$, ({ readable }) => readable);
    const pieces: Buffer[] = [];
    for (let piece = await socket.recv(1000); piece.length > 0; piece = await socket.recv(1000)) {
      expect(piece.length).toBeLessThanOrEqual(1000);
      pieces.push(piece);
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  it('serves two at once in order', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const both = [socket.recv(3), socket.recv(100)];
    peer.write('abcdef');
    expect((await Promise.all(both)).map(String)).toEqual(['abc', 'def']);
  });

  it('of 0 bytes gives none, and does not wait', async () => {
    await using pair = await connectedPair(tested);
    for (const blocking of [true, false]) {
      pair.socket.setblocking(blocking);
      expect((await pair.socket.recv(0)).length).toBe(0);
    }
  });

  it('fails on a non-blocking socket with EAGAIN when nothing is there', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    socket.setblocking(false);
    expect(await failureOf(socket.recv(10))).toMatchObject({ code: 'EAGAIN', errno: 11, syscall: 'recv' });
    peer.write('hello');
    await until(socket.readiness$, ({ readable }) => readable);
    expect(String(await socket.recv(10))).toBe('hello');
    expect(await failureOf(socket.recv(10))).toMatchObject({ code: 'EAGAIN' });
  });

  it.each([-1, 1.5, NaN, '10', undefined])('refuses the size %p with EINVAL', async (size) => {
    await using pair = await connectedPair(tested);
    for (const blocking of [true, false]) {
      pair.socket.setblocking(blocking);
      expect(await failureOf(pair.socket.recv(size as number))).toMatchObject({ code: 'EINVAL', syscall: 'recv' });
    }
  });

  // The modem tells of a reset peer as of one that has closed: the end of the stream, or with AT 1.7 passive the data.
  it('tells that the peer has broken the connection off', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const receiving = socket.recv(10);
    await reset(peer);
    if (tested.halfClose) expect(await failureOf(receiving)).toMatchObject({ code: 'ECONNRESET', errno: 104 });
    else expect((await receiving).length).toBe(0);
  });

  it('does nothing before it is subscribed to, once for each subscription, and takes nothing when given up', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const receiving$ = socket.recv$(3);
    receiving$.subscribe().unsubscribe();
    const givenUp = receiving$.subscribe();
    peer.write('abcdefghi');
    givenUp.unsubscribe();
    expect(String(await firstValueFrom(receiving$))).toBe('abc');
    expect(String(await firstValueFrom(receiving$))).toBe('def');
    expect(String(await socket.recv(10))).toBe('ghi');
  });

  it('loses nothing, however many reads are given up while bytes come', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const bytes = noise(30_000);
    sayLast(peer, bytes);
    const got: Buffer[] = [];
    const take = (piece: Buffer | null) => got.push(piece ?? Buffer.alloc(0));
    while ((await firstValueFrom(socket.state$)) !== 'peerClosed' || !got.at(-1)?.equals(Buffer.alloc(0))) {
      // A read that finds bytes is over before it can be given up: then it counts.
      socket.recv$(1234).subscribe(take).unsubscribe();
      socket.read$(5000).subscribe(take).unsubscribe();
      socket.readline$().subscribe(take).unsubscribe();
      take(await socket.recv(777));
    }
    expect(Buffer.concat(got).equals(bytes)).toBe(true);
  });
});

describe.each(interfaces.filter(({ holdsBack }) => holdsBack))(
  'recv() without a receive buffer, over $name',
  (tested) => {
    it('waits for no more than there can be: a byte', async () => {
      await using pair = await connectedPair(tested, { receiveBuffer: 0 });
      const { socket, peer } = pair;
      sayLast(peer, 'hello');
      expect(String(await socket.recv(10))).toBe('h');
      expect(String(await socket.read(3))).toBe('ell');
      expect(String(await socket.recv(10))).toBe('o');
      expect(await socket.recv(10)).toHaveLength(0);
    });
  },
);
