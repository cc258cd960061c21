import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, map, take, toArray } from 'rxjs';

import { POLLIN, POLLOUT } from '../../../src/usocket';
import { Poll } from '../../../src/usocket/select/uselect';
import { nextTurn } from '../../../harness/time/turns';
import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { connected, interfaces } from '../../../harness/interfaces/interfaces';
import { takeAt, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { udpPeer } from '../../../harness/peers/udpPeer';
import { Correspondence } from './correspondence';

describe.each(interfaces)('datagrams, over $name', (tested) => {
  it('go to any address, unconnected and unbound, and come back with their sender', async () => {
    await using net = await tested.start();
    await using one = await udpPeer();
    await using other = await udpPeer();
    const { usocket } = net;
    await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    expect(await socket.sendto('to one', one.address)).toBe(6);
    expect(await socket.sendto('to the other', other.address)).toBe(12);
    const heard = [await one.next(), await other.next()] as const;
    expect(heard.map(({ data }) => String(data))).toEqual(['to one', 'to the other']);
    // From one local port.
    expect(heard[0].from).toBe(heard[1].from);
    await other.send('from the other', heard[0].from);
    expect(await socket.recvfrom(100)).toEqual([Buffer.from('from the other'), other.address]);
    await one.send('from one', heard[0].from);
    expect(await socket.recvfrom(100)).toEqual([Buffer.from('from one'), one.address]);
  });

  it('keep their boundaries, however many wait', async () => {
    await using it = await Correspondence.over(tested);
    const sent = ['a', 'bc', 'def', '\r\nOK\r\n', '+IPD,0,3:abc'];
    for (const data of sent) await it.peer.send(data, it.port);
    for (const data of sent) expect(String(await it.socket.recv(1500))).toBe(data);
  });

  it('of 1472 bytes of any value pass, both ways', async () => {
    await using it = await Correspondence.over(tested);
    const bytes = noise(1472);
    await it.socket.sendto(bytes, it.peer.address);
    expect((await it.peer.next()).data.equals(bytes)).toBe(true);
    await it.peer.send(bytes, it.port);
    const [received, sender] = await it.socket.recvfrom(2000);
    expect(received.equals(bytes)).toBe(true);
    expect(sender).toEqual(it.peer.address);
  });

  it('that are longer than a read asks for lose their rest, and the next one is whole', async () => {
    await using it = await Correspondence.over(tested);
    await it.peer.send('abcdef', it.port);
    await it.peer.send('next', it.port);
    expect(String(await it.socket.recv(2))).toBe('ab');
    expect(String(await it.socket.recv(100))).toBe('next');
  });

  it('are one each for read, readinto and write', async () => {
    await using it = await Correspondence.over(tested);
    for (const data of ['one', 'two', 'three', 'four']) await it.peer.send(data, it.port);
    expect(String(await it.socket.read())).toBe('one');
    expect(String(await it.socket.read(2))).toBe('tw');
    const target = Buffer.alloc(10);
    expect(await it.socket.readinto(target)).toBe(5);
    expect(String(target.subarray(0, 5))).toBe('three');
    expect(await it.socket.readinto(target, -1)).toBe(4);
    await it.socket.connect(it.peer.address);
    expect(await it.socket.write('written')).toBe(7);
    expect(String((await it.peer.next()).data)).toBe('written');
  });

  it('of a connected socket go to its peer, and come only from it', async () => {
    await using it = await Correspondence.over(tested);
    await using stranger = await udpPeer();
    await it.socket.connect(it.peer.address);
    await it.socket.send('hello');
    expect(String((await it.peer.next()).data)).toBe('hello');
    await stranger.send('from a stranger', it.port);
    await it.peer.send('from the peer', it.port);
    expect(await it.socket.recvfrom(100)).toEqual([Buffer.from('from the peer'), it.peer.address]);
    // Another peer.
    await it.socket.connect(stranger.address);
    await it.socket.sendall('hello, stranger');
    expect(String((await stranger.next()).data)).toBe('hello, stranger');
  });

  it('are a stream, too', async () => {
    await using it = await Correspondence.over(tested);
    const three = firstValueFrom(
      it.socket.datagrams$.pipe(
        map(({ data, remote }) => `${String(data)} from ${remote.port === it.peer.port}`),
        take(3),
        toArray(),
      ),
    );
    for (const data of ['a', 'b', 'c', 'd']) await it.peer.send(data, it.port);
    expect(await three).toEqual(['a from true', 'b from true', 'c from true']);
    expect(String(await it.socket.recv(10))).toBe('d');
  });

  it('are what uselect waits for', async () => {
    await using it = await Correspondence.over(tested);
    const poller = new Poll();
    poller.register(it.socket, POLLIN);
    expect(await poller.poll(0)).toEqual([]);
    await it.peer.send('now', it.port);
    expect(await poller.poll()).toEqual([[it.socket, POLLIN]]);
    await it.socket.recv(10);
    expect(await poller.poll(0)).toEqual([]);
    poller.modify(it.socket, POLLOUT);
    expect(await poller.poll(0)).toEqual([[it.socket, POLLOUT]]);
  });

  it('are not waited for by a non-blocking socket, nor longer than the time-out', async () => {
    await using it = await Correspondence.over(tested);
    it.socket.setblocking(false);
    expect(await failureOf(it.socket.recvfrom(10))).toMatchObject({ code: 'EAGAIN', syscall: 'recvfrom' });
    expect(await it.socket.read()).toBeNull();
    expect(await it.socket.sendto('at once', it.peer.address)).toBe(7);
    expect(String((await it.peer.next()).data)).toBe('at once');
    it.socket.settimeout(0.02);
    expect(await failureOf(it.socket.recv(10))).toMatchObject({ code: 'ETIMEDOUT', syscall: 'recv' });
    await it.peer.send('late', it.port);
    it.socket.settimeout(null);
    expect(String(await it.socket.recv(10))).toBe('late');
  });

  it('pass while a connection carries bytes both ways', async () => {
    await using it = await Correspondence.over(tested);
    await using server = await tcpServer();
    const bytes = noise(30_000);
    const [stream, peer] = await connected(it.net, server);
    const uploaded = takeAt(peer, bytes.length);
    peer.write(bytes);
    const [, downloaded] = await Promise.all([stream.sendall(bytes), stream.read(bytes.length), exchange(it)]);
    expect(downloaded?.equals(bytes)).toBe(true);
    expect((await uploaded).equals(bytes)).toBe(true);
    await stream.close();
  });

  it('that find the receive buffer full are dropped and counted', async () => {
    await using it = await Correspondence.over(tested, { receiveBuffer: 250 });
    for (const data of ['first', 'second', 'third', '4']) await it.peer.send(data.padEnd(100), it.port);
    while (it.socket.dropped < 3) await nextTurn();
    expect(String(await it.socket.recv(6))).toBe('first ');
    await it.peer.send('after that', it.port);
    expect(String(await it.socket.recv(20))).toBe('after that');
    expect(it.socket.dropped).toBe(3);
  });

  it('tell where they go and come from', async () => {
    await using it = await Correspondence.over(tested);
    expect(it.socket.localAddress).toEqual({ address: '0.0.0.0', port: it.port });
    expect(it.socket.remote).toBeUndefined();
    await it.socket.connect(it.peer.address);
    expect(it.socket.remote).toEqual({ address: '127.0.0.1', port: it.peer.port });
  });

  it('end with close(): pending and later operations fail, and the port is free', async () => {
    await using it = await Correspondence.over(tested);
    const waiting = failureOf(it.socket.recvfrom(10));
    const streaming = failureOf(it.socket.datagrams$);
    await it.socket.close();
    expect(await waiting).toMatchObject({ code: 'EBADF' });
    expect(await streaming).toMatchObject({ code: 'EBADF' });
    expect(await failureOf(it.socket.sendto('x', it.peer.address))).toMatchObject({ code: 'EBADF' });
    expect(await failureOf(it.socket.bind(['0.0.0.0', 0]))).toMatchObject({ code: 'EBADF' });
    await it.socket.close();
    const { usocket } = it.net;
    await using again = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    await again.bind(['0.0.0.0', it.port]);
  });
});

describe.each(interfaces)('non-blocking datagrams, over $name', (tested) => {
  it('that wait for the port to be opened leave before close() is over', async () => {
    await using net = await tested.start();
    await using peer = await udpPeer();
    const { usocket } = net;
    const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    socket.setblocking(false);
    const texts = ['one', 'two', 'three'];
    for (const text of texts) expect(await socket.sendto(text, peer.address)).toBe(text.length);
    await socket.close();
    for (const text of texts) expect(String((await peer.next()).data)).toBe(text);
  });

  it('are taken in a row, as many as the send buffer holds, and leave in their order', async () => {
    await using it = await Correspondence.over(tested);
    const { usocket } = it.net;
    it.socket.setblocking(false);
    const texts = ['one', 'two', 'three', 'four'];
    for (const text of texts) expect(await it.socket.sendto(text, it.peer.address)).toBe(text.length);
    for (const text of texts) expect(String((await it.peer.next()).data)).toBe(text);
    await it.socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_SNDBUF, 32);
    await until(it.socket.readiness$, ({ writable }) => writable);
    expect(await it.socket.sendto('x'.repeat(200), it.peer.address)).toBe(200); // One that finds it empty.
    expect(await failureOf(it.socket.sendto('x', it.peer.address))).toMatchObject({ code: 'EAGAIN', errno: 11 });
    expect(String((await it.peer.next()).data)).toHaveLength(200);
    await until(it.socket.readiness$, ({ writable }) => writable);
    expect(await it.socket.sendto('last', it.peer.address)).toBe(4);
    await it.socket.close();
    expect(String((await it.peer.next()).data)).toBe('last');
  });
});

async function exchange({ socket, peer, port }: Correspondence): Promise<void> {
  for (let count = 0; count < 20; count++) {
    await socket.sendto(`ping ${count}`, peer.address);
    expect(String((await peer.next()).data)).toBe(`ping ${count}`);
    await peer.send(`pong ${count}`, port);
    expect(String(await socket.recv(20))).toBe(`pong ${count}`);
  }
}
