import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, type Observable } from 'rxjs';

import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, sayLast, until } from '../../../harness/peers/peer';

describe.each(interfaces)('reading, over $name', (tested) => {
  describe('read(size)', () => {
    it('waits for exactly so many bytes', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      const reading = socket.read(8);
      peer.write('hello');
      await until(socket.readiness$, ({ readable }) => readable);
      peer.write(' world');
      expect(String(await reading)).toBe('hello wo');
      expect(String(await socket.read(3))).toBe('rld');
    });

    it('gives less when the peer closes first, and then nothing', async () => {
      await using pair = await connectedPair(tested);
      sayLast(pair.peer, 'hello');
      expect(String(await pair.socket.read(100))).toBe('hello');
      expect(String(await pair.socket.read(100))).toBe('');
    });

    it('takes more than the socket would hold unread', async () => {
      await using pair = await connectedPair(tested, { receiveBuffer: 10_000 });
      const bytes = noise(100_000);
      const reading = pair.socket.read(bytes.length);
      pair.peer.write(bytes);
      expect((await reading)?.equals(bytes)).toBe(true);
    });

    it('of 0 bytes gives none, and does not wait', async () => {
      await using pair = await connectedPair(tested);
      expect((await pair.socket.read(0))?.length).toBe(0);
    });

    it('fails when the connection is lost before, and leaves what had come to recv', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      const reading = socket.read(100);
      peer.write('hello');
      await until(socket.readiness$, ({ readable }) => readable);
      await reset(peer);
      // Only the operating system tells a lost connection from one that the peer has closed.
      if (tested.halfClose) {
        expect(await failureOf(reading)).toMatchObject({ code: 'ECONNRESET' });
        expect(String(await socket.recv(100))).toBe('hello');
        expect(await failureOf(socket.recv(100))).toMatchObject({ code: 'ECONNRESET' });
        expect(await firstValueFrom(socket.state$)).toBe('failed');
      } else {
        expect(String(await reading)).toBe('hello');
      }
    });
  });

  describe('read()', () => {
    it('gives everything until the peer closes', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(50_000);
      const reading = pair.socket.read();
      pair.peer.write(bytes.subarray(0, 20_000));
      sayLast(pair.peer, bytes.subarray(20_000));
      expect((await reading)?.equals(bytes)).toBe(true);
      expect((await pair.socket.read())?.length).toBe(0);
    });
  });

  it.each(['read', 'readinto', 'readline'] as const)(
    '%s gives null on a non-blocking socket when nothing is there',
    async (method) => {
      await using pair = await connectedPair(tested);
      const { socket } = pair;
      socket.setblocking(false);
      const calls = {
        read: () => socket.read(10),
        readinto: () => socket.readinto(Buffer.alloc(10)),
        readline: () => socket.readline(),
      };
      expect(await calls[method]()).toBeNull();
      if (method === 'read') expect(await socket.read()).toBeNull();
    },
  );

  it.each([true, false])('gives nothing at the end, again and again (blocking: %p)', async (blocking) => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    sayLast(peer, 'rest');
    expect(String(await socket.read())).toBe('rest');
    socket.setblocking(blocking);
    for (const read of [() => socket.read(), () => socket.read(4), () => socket.readline(), () => socket.recv(4)]) {
      expect(await read()).toEqual(Buffer.alloc(0));
    }
    expect(await socket.readinto(Buffer.alloc(4))).toBe(0);
    expect(await socket.recvfrom(4)).toEqual([Buffer.alloc(0), addressOf(pair.server)]);
  });

  it('gives on a non-blocking socket what is there', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    socket.setblocking(false);
    peer.write('0123456789\nabc');
    const target = Buffer.alloc(4);
    await until(socket.readiness$, ({ readable }) => readable);
    expect(String(await socket.read(2))).toBe('01');
    expect(await socket.readinto(target)).toBe(4);
    expect(String(target)).toBe('2345');
    expect(String(await socket.readline())).toBe('6789\n');
    expect(String(await socket.readline())).toBe('abc');
    peer.write('the rest');
    await until(socket.readiness$, ({ readable }) => readable);
    expect(String(await socket.read())).toBe('the rest');
    expect(await socket.read()).toBeNull();
    sayLast(peer);
    await until(socket.state$, (state) => state === 'peerClosed');
    expect(String(await socket.read())).toBe('');
    expect(String(await socket.readline())).toBe('');
    expect(await socket.readinto(target)).toBe(0);
  });

  describe('readinto()', () => {
    it('fills the buffer', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('hello, world');
      const target = new Uint8Array(5);
      expect(await pair.socket.readinto(target)).toBe(5);
      expect(String(Buffer.from(target))).toBe('hello');
    });

    it('stores no more than it is asked for, and no more than the buffer holds', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('hello, world');
      const target = Buffer.from('________');
      expect(await pair.socket.readinto(target, 5)).toBe(5);
      expect(String(target)).toBe('hello___');
      expect(await pair.socket.readinto(target.subarray(0, 2), 100)).toBe(2);
      expect(String(target)).toBe(', llo___');
    });

    it('stores less when the peer closes first', async () => {
      await using pair = await connectedPair(tested);
      sayLast(pair.peer, 'abc');
      const target = Buffer.from('______');
      expect(await pair.socket.readinto(target)).toBe(3);
      expect(String(target)).toBe('abc___');
      expect(await pair.socket.readinto(target)).toBe(0);
    });

    it.each([1.5, NaN])('refuses the size %p with EINVAL', async (size) => {
      await using pair = await connectedPair(tested);
      const error = await failureOf(pair.socket.readinto(Buffer.alloc(4), size));
      expect(error).toMatchObject({ code: 'EINVAL', syscall: 'readinto' });
    });

    it('refuses a target that is no buffer with EINVAL', async () => {
      await using pair = await connectedPair(tested);
      for (const target of [undefined, 'text', 10, [1, 2]]) {
        const error = await failureOf(pair.socket.readinto(target as unknown as Buffer));
        expect(error).toMatchObject({ code: 'EINVAL', syscall: 'readinto' });
      }
    });
  });

  describe('readline()', () => {
    it('gives one line after another, with its newline, independent of the packets', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      peer.write('HTTP/1.0 200 OK\r\nA: b\r');
      expect(String(await socket.readline())).toBe('HTTP/1.0 200 OK\r\n');
      const reading = socket.readline();
      peer.write('\n\n\nbody');
      expect(String(await reading)).toBe('A: b\r\n');
      expect(String(await socket.readline())).toBe('\n');
      expect(String(await socket.readline())).toBe('\n');
      sayLast(peer);
      expect(String(await socket.readline())).toBe('body');
      expect(String(await socket.readline())).toBe('');
    });

    it('gives a line that is longer than the socket would hold', async () => {
      await using pair = await connectedPair(tested, { receiveBuffer: 5_000 });
      const line = `${'x'.repeat(50_000)}\n`;
      const reading = pair.socket.readline();
      pair.peer.write(line);
      expect(String(await reading)).toHaveLength(line.length);
    });
  });

  it('serves reads of all kinds in the order in which they were asked for', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const target = Buffer.alloc(3);
    const all = [socket.read(4), socket.readline(), socket.readinto(target), socket.recv(2), socket.read()];
    sayLast(peer, 'headline\nabcdefgh');
    expect((await Promise.all(all)).map(String)).toEqual(['head', 'line\n', '3', 'de', 'fgh']);
    expect(String(target)).toBe('abc');
  });

  it('starts with the subscription, and takes nothing when it is given up', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const reading$ = socket.read$(5);
    const givenUp = [reading$, socket.read$(), socket.readline$(), socket.readinto$(Buffer.alloc(9))].map((reading) =>
      (reading as Observable<unknown>).subscribe(),
    );
    peer.write('abc');
    await until(socket.readiness$, ({ readable }) => readable);
    for (const subscription of givenUp) subscription.unsubscribe();
    peer.write('defghij');
    expect(String(await firstValueFrom(reading$))).toBe('abcde');
    expect(String(await firstValueFrom(reading$))).toBe('fghij');
  });
});

describe.each(interfaces.filter(({ holdsBack }) => holdsBack))('a slow reader, over $name', (tested) => {
  it('slows the sender down, and loses nothing', async () => {
    await using pair = await connectedPair(tested, { receiveBuffer: 10_000 });
    const { socket, peer } = pair;
    const bytes = noise(300_000);
    sayLast(peer, bytes);
    await until(socket.readiness$, ({ readable }) => readable);
    const pieces: Buffer[] = [];
    for (let piece = await socket.recv(4096); piece.length > 0; piece = await socket.recv(4096)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });
});

describe.each(interfaces.filter(({ holdsBack }) => !holdsBack))('a slow reader, over $name', (tested) => {
  it('has its socket fail with ENOBUFS when it is full, and gets all that came before', async () => {
    await using pair = await connectedPair(tested, { receiveBuffer: 10_000 });
    const { socket, peer } = pair;
    const bytes = noise(100_000);
    peer.write(bytes);
    await until(socket.state$, (state) => state === 'failed');
    const pieces: Buffer[] = [];
    const rest = (async () => {
      for (;;) pieces.push(await socket.recv(4096));
    })();
    const error = await failureOf(rest);
    expect(error).toMatchObject({ code: 'ENOBUFS', errno: 105, syscall: 'recv' });
    expect(error.message).toContain('receiveBuffer');
    const got = Buffer.concat(pieces);
    expect(got.length).toBeGreaterThan(8_000);
    expect(got.equals(bytes.subarray(0, got.length))).toBe(true);
  });
});
