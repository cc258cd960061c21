import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { sayLast, until } from '../../../harness/peers/peer';
import { udpPeer, unusedUdpPort } from '../../../harness/peers/udpPeer';

describe.each(interfaces)('flags, over $name', (tested) => {
  it('MSG_PEEK shows what the next read takes, as often as it is asked', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    const { MSG_PEEK } = usocket;
    peer.write('hello');
    await until(socket.readiness$, ({ readable }) => readable);
    expect(String(await socket.recv(3, MSG_PEEK))).toBe('hel');
    const [shown, address] = await socket.recvfrom(100, MSG_PEEK);
    expect([String(shown), address]).toEqual(['hello', [pair.server.endpoint.address, pair.server.endpoint.port]]);
    shown.fill('x'); // A copy.
    expect(String(await socket.recv(100))).toBe('hello');
    sayLast(peer);
    expect(await socket.recv(10, MSG_PEEK)).toHaveLength(0);
    expect(await socket.recv(10)).toHaveLength(0);
  });

  it('MSG_PEEK waits as a read does, and joins what has come in pieces', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    const peeking = socket.recv(10, usocket.MSG_PEEK | usocket.MSG_WAITALL);
    peer.write('hello');
    await until(socket.readiness$, ({ readable }) => readable);
    peer.write('world');
    expect(String(await peeking)).toBe('helloworld');
    expect(String(await socket.read(10))).toBe('helloworld');
  });

  it('MSG_DONTWAIT takes what is there, or fails with EAGAIN', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    const { MSG_DONTWAIT, MSG_PEEK } = usocket;
    for (const flags of [MSG_DONTWAIT, MSG_DONTWAIT | MSG_PEEK]) {
      expect(await failureOf(socket.recv(5, flags))).toMatchObject({ code: 'EAGAIN', errno: 11, syscall: 'recv' });
      expect(await failureOf(socket.recvfrom(5, flags))).toMatchObject({ code: 'EAGAIN', syscall: 'recvfrom' });
    }
    peer.write('hello');
    await until(socket.readiness$, ({ readable }) => readable);
    expect(String(await socket.recv(2, MSG_DONTWAIT | MSG_PEEK))).toBe('he');
    expect(String(await socket.recv(1, MSG_DONTWAIT))).toBe('h');
    expect(String(await socket.read(4))).toBe('ello');
  });

  it('MSG_WAITALL waits for all of it, or for the end', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    const waiting = socket.recv(8, usocket.MSG_WAITALL);
    peer.write('hell');
    await until(socket.readiness$, ({ readable }) => readable);
    peer.write('o world');
    expect(String(await waiting)).toBe('hello wo');
    sayLast(peer);
    expect(String(await socket.recv(8, usocket.MSG_WAITALL))).toBe('rld');
  });

  it.each([
    ['a flag that is not known', 1, 'EOPNOTSUPP'],
    ['half a flag', 0.5, 'EINVAL'],
    ['a negative number', -1, 'EINVAL'],
  ])('refuses %s, and takes nothing', async (_what, flags, code) => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    peer.write('hello');
    await until(socket.readiness$, ({ readable }) => readable);
    expect(await failureOf(socket.recv(5, flags))).toMatchObject({ code, syscall: 'recv' });
    expect(String(await socket.recv(5, 0))).toBe('hello');
  });

  it('count for datagrams, too', async () => {
    await using net = await tested.start();
    const { usocket } = net;
    const { MSG_PEEK, MSG_DONTWAIT } = usocket;
    await using peer = await udpPeer();
    await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    const port = await unusedUdpPort();
    await socket.bind(['0.0.0.0', port]);
    expect(await failureOf(socket.recvfrom(10, MSG_DONTWAIT))).toMatchObject({ code: 'EAGAIN', syscall: 'recvfrom' });
    const first = socket.recvfrom(3, MSG_PEEK);
    await peer.send('hello', port);
    expect(await first).toEqual([Buffer.from('hel'), peer.address]);
    expect(String(await socket.recv(10, MSG_PEEK | MSG_DONTWAIT))).toBe('hello');
    expect(String(await socket.recv(10))).toBe('hello');
    expect((await firstValueFrom(socket.readiness$)).readable).toBe(false);
    await peer.send('again', port);
    expect(String(await socket.recv(10, usocket.MSG_WAITALL))).toBe('again');
  });
});
