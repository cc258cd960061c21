import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';

import type { Sendable } from '../../../src/usocket';
import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, restAt, sayLast, takeAt, until } from '../../../harness/peers/peer';

const methods = ['send', 'sendall', 'write'] as const;
const everyValue = Buffer.from(Array.from({ length: 256 }, (_, value) => value));

describe.each(interfaces)('sending, over $name', (tested) => {
  describe('send()', () => {
    it('gives the number of bytes that went', async () => {
      await using pair = await connectedPair(tested);
      expect(await pair.socket.send('hello')).toBe(5);
      expect(String(await takeAt(pair.peer, 5))).toBe('hello');
    });

    it('may be short: the rest is for the caller to send', async () => {
      await using pair = await connectedPair(tested);
      const rest = restAt(pair.peer);
      const bytes = noise(tested.maxSend + 1000);
      const first = await pair.socket.send(bytes);
      expect(first).toBe(tested.maxSend);
      expect(await pair.socket.send(bytes.subarray(first))).toBe(1000);
      await pair.socket.close();
      expect((await rest).equals(bytes)).toBe(true);
    });

    it('takes on a non-blocking socket what fits into the send buffer, and nothing while that is full', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer, usocket } = pair;
      await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_SNDBUF, 3000);
      const bytes = noise(5000);
      const begun = Buffer.from(bytes.subarray(0, 3000));
      socket.setblocking(false);
      const first = await socket.send(bytes);
      expect(first).toBe(3000);
      bytes.fill(0, 0, first); // Taken is taken.
      expect(await failureOf(socket.send('more'))).toMatchObject({ code: 'EAGAIN', errno: 11, syscall: 'send' });
      expect((await firstValueFrom(socket.readiness$)).writable).toBe(false);
      await until(socket.readiness$, ({ writable }) => writable);
      expect(await socket.send('more')).toBe(4);
      const got = await takeAt(peer, 3004);
      expect(got.subarray(0, 3000).equals(begun)).toBe(true);
      expect(String(got.subarray(3000))).toBe('more');
    });
  });

  describe('sendall()', () => {
    it('sends everything', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(100_000);
      const [got] = await Promise.all([takeAt(pair.peer, bytes.length), pair.socket.sendall(bytes)]);
      expect(got.equals(bytes)).toBe(true);
    });

    it('resolves to nothing', async () => {
      await using pair = await connectedPair(tested);
      await expect(pair.socket.sendall('hello')).resolves.toBeUndefined();
    });
  });

  describe('write()', () => {
    it('sends everything, and gives its length', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(10_000);
      const [got, count] = await Promise.all([takeAt(pair.peer, bytes.length), pair.socket.write(bytes)]);
      expect(count).toBe(bytes.length);
      expect(got.equals(bytes)).toBe(true);
    });

    it('gives on a non-blocking socket how much fitted, and null when nothing did', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer, usocket } = pair;
      await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_SNDBUF, 2048);
      const bytes = noise(5000);
      socket.setblocking(false);
      let sent = 0;
      const counts: (number | null)[] = [];
      while (sent < bytes.length) {
        const count = await socket.write(bytes.subarray(sent));
        counts.push(count);
        sent += count ?? 0;
        if (count === null) await until(socket.readiness$, ({ writable }) => writable);
      }
      expect(counts.filter((count) => count !== null)).toEqual([2048, 2048, 904]);
      expect(counts).toContain(null);
      expect((await takeAt(peer, bytes.length)).equals(bytes)).toBe(true);
    });
  });

  it('keeps the order of two sends at once, each in one piece', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const [one, other] = [noise(20_000), noise(20_000)];
    const [got] = await Promise.all([
      takeAt(peer, 40_003),
      socket.sendall(one),
      socket.write(other),
      socket.send('end'),
    ]);
    expect(got.equals(Buffer.concat([one, other, Buffer.from('end')]))).toBe(true);
  });

  it.each(methods)('%s sends a string as UTF-8', async (method) => {
    await using pair = await connectedPair(tested);
    const text = 'Grüße, 套接字 🙂\r\n';
    const length = Buffer.byteLength(text);
    const [got, count] = await Promise.all([takeAt(pair.peer, length), pair.socket[method](text)]);
    expect(String(got)).toBe(text);
    if (method !== 'sendall') expect(count).toBe(length);
  });

  it.each(methods)('%s sends any byte as it is, from any kind of view', async (method) => {
    await using pair = await connectedPair(tested);
    const view = new Uint8Array([...everyValue, ...everyValue]).subarray(128, 384);
    const [got] = await Promise.all([takeAt(pair.peer, 256), pair.socket[method](view)]);
    expect(got.equals(Buffer.from(view))).toBe(true);
  });

  it.each([methods[0], methods[2]])('%s of nothing gives 0', async (method) => {
    await using pair = await connectedPair(tested);
    for (const blocking of [true, false]) {
      pair.socket.setblocking(blocking);
      expect(await pair.socket[method](Buffer.alloc(0))).toBe(0);
      expect(await pair.socket[method]('')).toBe(0);
    }
  });

  it.each(methods)('%s refuses what is neither bytes nor text with EINVAL', async (method) => {
    await using pair = await connectedPair(tested);
    for (const nonsense of [undefined, null, 5, ['a'], {}, new Uint16Array(2)])
      expect(await failureOf(pair.socket[method](nonsense as Sendable))).toMatchObject({
        code: 'EINVAL',
        syscall: method,
      });
  });

  it.each(methods)('%s$ sends nothing before it is subscribed to, and once for each subscription', async (method) => {
    await using pair = await connectedPair(tested);
    const sending$ = pair.socket[`${method}$`]('hello');
    await pair.socket.sendall('first ');
    await firstValueFrom<unknown>(sending$);
    await firstValueFrom<unknown>(sending$);
    await pair.socket.sendall('.');
    expect(String(await takeAt(pair.peer, 17))).toBe('first hellohello.');
  });

  it('goes on after a send that was given up', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const rest = restAt(peer);
    socket.sendall$(Buffer.alloc(1_000_000, 'x')).subscribe().unsubscribe();
    await socket.sendall('end');
    await socket.close();
    expect(String(await rest)).toMatch(/^x*end$/);
  });

  // The operating system learns that the peer has gone only when the peer answers what is sent; a modem hears of it.
  it.each(methods)('%s fails with EPIPE or ECONNRESET once the peer has gone', async (method) => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    await reset(peer);
    await until(socket.state$, (state) => state === 'failed' || state === 'peerClosed');
    const error = await failureOf(socket[method]('hello'));
    expect(error.code).toMatch(/^(EPIPE|ECONNRESET)$/);
    expect(error.message).toContain(String(pair.server.endpoint.port));
  });

  it('still works after the peer has closed its side, where a connection can be half closed', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    sayLast(peer, 'bye');
    await until(socket.state$, (state) => state === 'peerClosed');
    if (tested.halfClose) {
      const rest = restAt(peer);
      await socket.sendall('thanks');
      await socket.close();
      expect(String(await rest)).toBe('thanks');
    } else {
      // The modem closes both directions when the peer closes one.
      expect(await failureOf(socket.sendall('thanks'))).toMatchObject({ code: 'EPIPE', errno: 32 });
    }
  });

  it('says EAGAIN when a non-blocking sendall could not send all, and how much has gone', async () => {
    await using pair = await connectedPair(tested);
    await pair.socket.setsockopt(pair.usocket.SOL_SOCKET, pair.usocket.SO_SNDBUF, 2048);
    pair.socket.setblocking(false);
    await pair.socket.sendall('short');
    expect(String(await takeAt(pair.peer, 5))).toBe('short');
    const failure = await failureOf(pair.socket.sendall(Buffer.alloc(5000)));
    expect(failure).toMatchObject({ code: 'EAGAIN', syscall: 'sendall' });
    // Those of the first call count until the interface has said that it has them.
    const taken = Number(/(\d+) of 5000 bytes/.exec(failure.message)?.[1]);
    expect([2043, 2048]).toContain(taken);
    expect(await takeAt(pair.peer, taken)).toHaveLength(taken);
  });

  it('fails when the peer goes in the middle of a long send', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const sending = failureOf(socket.sendall(Buffer.alloc(20_000_000)));
    await takeAt(peer, 5000);
    await Promise.all([once(peer, 'close'), reset(peer)]);
    expect((await sending).code).toMatch(/^(EPIPE|ECONNRESET)$/);
  });
});
