import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, toArray } from 'rxjs';

import { uselect } from '../../../src';
import type { FileMode } from '../../../src/usocket';
import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt } from '../../../harness/peers/peer';

describe.each(interfaces)('makefile, over $name', (tested) => {
  it('gives a file that reads, by default', async () => {
    await using pair = await connectedPair(tested);
    const file = pair.socket.makefile();
    pair.peer.write('one\ntwo\nabcdef');
    expect(file.mode).toBe('rb');
    expect(String(await file.readline())).toBe('one\n');
    expect(String(await file.read(4))).toBe('two\n');
    const target = Buffer.alloc(4, '.');
    expect(await file.readinto(target, 3)).toBe(3);
    expect(await file.readinto(target.subarray(3))).toBe(1);
    expect(String(target)).toBe('abcd');
    sayLast(pair.peer, 'gh');
    expect(String(await file.read())).toBe('efgh');
    expect(String(await file.read())).toBe('');
  });

  it('gives a file that writes, without a buffer even if one is asked for', async () => {
    await using pair = await connectedPair(tested);
    const file = pair.socket.makefile('wb', 4096);
    const bytes = noise(5_000);
    const [taken, written] = await Promise.all([takeAt(pair.peer, bytes.length), file.write(bytes)]);
    expect(written).toBe(bytes.length);
    expect(taken.equals(bytes)).toBe(true);
  });

  it('gives a file that does both', async () => {
    await using pair = await connectedPair(tested);
    const file = pair.socket.makefile('rwb');
    await file.write('ping\n');
    expect(String(await takeAt(pair.peer, 5))).toBe('ping\n');
    pair.peer.write('pong\n');
    expect(String(await file.readline())).toBe('pong\n');
  });

  it('refuses with EBADF what the file was not made for, and takes nothing', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const [reading, writing] = [socket.makefile('rb'), socket.makefile('wb')];
    peer.write('left');
    for (const call of [
      reading.write('no'),
      writing.read(4),
      writing.readinto(Buffer.alloc(4)),
      writing.readline(),
      writing.lines$,
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: 'EBADF' });
    }
    expect(String(await socket.read(4))).toBe('left');
    await socket.sendall('yes');
    expect(String(await takeAt(peer, 3))).toBe('yes');
  });

  it('is iterated over line by line, and can be left and taken up again', async () => {
    await using pair = await connectedPair(tested);
    const file = pair.socket.makefile();
    sayLast(pair.peer, 'one\ntwo\n\nthree');
    for await (const line of file) {
      expect(String(line)).toBe('one\n');
      break;
    }
    const lines: string[] = [];
    for await (const line of file) lines.push(String(line));
    expect(lines).toEqual(['two\n', '\n', 'three']);
  });

  it('has its lines as a stream', async () => {
    await using pair = await connectedPair(tested);
    sayLast(pair.peer, 'one\ntwo');
    const lines = await firstValueFrom(pair.socket.makefile().lines$.pipe(toArray()));
    expect(lines.map(String)).toEqual(['one\n', 'two']);
  });

  it('closes the socket with the file, and is closed with the socket', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const [first, second] = [socket.makefile('rwb'), socket.makefile('rwb')];
    const pending = failureOf(second.read(1));
    const rest = restAt(peer);
    {
      await using file = first;
      await file.write('bye');
    }
    expect(String(await rest)).toBe('bye');
    for (const call of [pending, failureOf(socket.recv(1)), failureOf(second.write('x'))]) {
      expect((await call).code).toBe('EBADF');
    }
    await second.close();
    expect(() => socket.makefile()).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'makefile' }));
  });

  it('keeps to the time-out of the socket', async () => {
    await using pair = await connectedPair(tested);
    const file = pair.socket.makefile();
    pair.socket.settimeout(0.02);
    expect((await failureOf(file.readline())).code).toBe('ETIMEDOUT');
    pair.socket.setblocking(false);
    expect(await file.read(1)).toBeNull();
    expect((await failureOf(file[Symbol.asyncIterator]().next())).code).toBe('EAGAIN');
  });

  it('can be waited for', async () => {
    await using pair = await connectedPair(tested);
    const file = pair.socket.makefile('rwb');
    expect(await uselect.select([file], [], [], 0)).toEqual([[], [], []]);
    pair.peer.write('x');
    expect(await uselect.select([file], [], [])).toEqual([[file], [], []]);
  });

  it.each(['r', 'w', 'rw', 'rt', 'r+b', 'ab', 'b', '', 'rb ', null, 5])('refuses the mode %j', async (mode) => {
    await using pair = await connectedPair(tested);
    const make = () => pair.socket.makefile(mode as FileMode);
    expect(make).toThrow(expect.objectContaining({ code: 'EINVAL', syscall: 'makefile' }));
  });
});
