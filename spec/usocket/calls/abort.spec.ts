import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { Poll } from '../../../src/usocket/select/uselect';
import { noise } from '../../../harness/peers/bytes';
import { failureOf, reasonOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { udpPeer } from '../../../harness/peers/udpPeer';

/** A call to abort: its signal, and the reason. */
function giveUp() {
  const controller = new AbortController();
  const reason = new Error('given up');
  return { signal: controller.signal, reason, abort: () => controller.abort(reason) };
}

describe.each(interfaces)('a call that its signal aborts, over $name', (tested) => {
  const isModem = tested.name !== 'the host';

  it('has read nothing, with any way of reading, and the next one reads all', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const { signal, reason, abort } = giveUp();
    const file = socket.makefile();
    const reads = [
      socket.recv(3, { signal }),
      socket.recvfrom(3, { signal }),
      socket.read({ signal }),
      socket.read(3, { signal }),
      socket.readinto(Buffer.alloc(3), { signal }),
      socket.readinto(Buffer.alloc(3), 2, { signal }),
      socket.readline({ signal }),
      file.read({ signal }),
      file.readinto(Buffer.alloc(3), { signal }),
      file.readline({ signal }),
    ].map(reasonOf);
    abort();
    expect(new Set(await Promise.all(reads))).toEqual(new Set([reason]));
    peer.write('abcdef');
    expect(String(await socket.read(6))).toBe('abcdef');
  });

  it('leaves the bytes that have come to the next one', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const { signal, reason, abort } = giveUp();
    const read = reasonOf(socket.read(10, { signal }));
    peer.write('abc');
    const poller = new Poll();
    poller.register(socket, 1);
    await poller.poll();
    abort();
    expect(await read).toBe(reason);
    sayLast(peer, 'def');
    expect(String(await socket.read())).toBe('abcdef');
  });

  it('has not connected: the peer is released, and the socket connects again', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    const { signal, reason, abort } = giveUp();
    const attempt = reasonOf(socket.connect(addressOf(server), { signal }));
    abort();
    expect(await attempt).toBe(reason);
    expect(await firstValueFrom(socket.state$)).toBe('unconnected');
    await socket.connect(addressOf(server));
    await socket.sendall('hello');
    // The aborted attempt may have reached the server. Then its connection ends there, without our bytes.
    const heard: string[] = [];
    while (!heard.includes('hello')) {
      const peer = await server.accept();
      const [chunk] = (await Promise.race([once(peer.resume(), 'data'), once(peer, 'end')])) as [Buffer?];
      heard.push(String(chunk ?? ''));
    }
    expect(heard.filter((text) => text !== '')).toEqual(['hello']);
  });

  it('leaves the next client to the next accept', async () => {
    await using net = await tested.start(isModem ? { ports: { 8080: 0 } } : undefined);
    await using server = net.usocket.socket();
    await server.bind(isModem ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
    await server.listen({ signal: new AbortController().signal });
    const { signal, reason, abort } = giveUp();
    const accepting = reasonOf(server.accept({ signal }));
    const patient = server.accept();
    abort();
    expect(await accepting).toBe(reason);
    const port = net.emulator?.state.server?.localPort ?? server.localAddress?.port ?? 0;
    const client = connect({ host: '127.0.0.1', port });
    const [conn] = await patient;
    await conn.sendall('welcome');
    expect(String(await takeAt(client, 7))).toBe('welcome');
    client.destroy();
    await conn.close();
  });

  it('has sent the first of its bytes and no others, and the next send comes behind them', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    // More than the buffers of the operating system hold.
    const bytes = Buffer.alloc((isModem ? 1 : 32) << 20, noise(65_537));
    const { signal, reason, abort } = giveUp();
    const sending = reasonOf(socket.sendall(bytes, { signal }));
    await takeAt(peer, 1000).then((head) => peer.unshift(head));
    abort();
    expect(await sending).toBe(reason);
    const tail = '-the end-';
    const rest = restAt(peer);
    await socket.sendall(tail);
    await socket.close();
    const heard = await rest;
    const sent = heard.length - tail.length;
    expect(heard.subarray(0, sent).equals(bytes.subarray(0, sent))).toBe(true);
    expect(String(heard.subarray(sent))).toBe(tail);
    expect(sent).toBeLessThan(bytes.length);
  });

  it('has begun a close, which goes on', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const { signal, reason, abort } = giveUp();
    const closing = reasonOf(socket.close({ signal }));
    abort();
    expect(await closing).toBe(reason);
    expect(String(await restAt(peer))).toBe('');
    expect(await failureOf(socket.recv(1))).toMatchObject({ code: 'EBADF' });
  });

  it('has taken no datagram, looked up no name and polled no socket', async () => {
    await using net = await tested.start();
    await using peer = await udpPeer();
    await using udp = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
    await udp.connect(peer.address);
    const { signal, reason, abort } = giveUp();
    const poller = new Poll();
    poller.register(udp, 1);
    const calls = [
      udp.recvfrom(10, { signal }),
      udp.recv(10, { signal }),
      udp.read({ signal }),
      udp.readinto(Buffer.alloc(5), { signal }),
      net.usocket.getaddrinfo('localhost', 80, { signal }),
      net.usocket.getaddrinfo('localhost', 80, 0, net.usocket.SOCK_DGRAM, { signal, nic: net.nic }),
      poller.poll({ signal }),
      poller.ipoll(-1, 1, { signal }),
    ].map(reasonOf);
    abort();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([reason]));
    await udp.send('ping');
    const { from } = await peer.next();
    await peer.send('pong', from);
    expect(String(await udp.recv(10))).toBe('pong');
  });
});
