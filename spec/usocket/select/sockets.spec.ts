import { describe, expect, it } from '@jest/globals';

import { Poll, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, select, type Socket } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, restAt, sayLast, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';

/** What `poll(0)` says of a socket. */
async function eventsOf(socket: Parameters<Poll['register']>[0]): Promise<number> {
  const poller = new Poll();
  poller.register(socket);
  const [ready] = await poller.poll(0);
  return ready?.[1] ?? 0;
}

/** Sends until that fails. */
async function sendingOn(socket: Socket): Promise<void> {
  for (;;) await socket.send('x');
}

describe.each(interfaces)('polling a socket, over $name', (tested) => {
  it('before connect: POLLOUT and POLLHUP, at once', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    expect(await eventsOf(socket)).toBe(POLLOUT | POLLHUP);
    const poller = new Poll();
    poller.register(socket, POLLIN);
    expect(await poller.poll(-1)).toEqual([[socket, POLLHUP]]);
    expect(await select([socket], [socket], [socket])).toEqual([[socket], [socket], []]);
    await socket.connect(addressOf(server));
    expect(await eventsOf(socket)).toBe(POLLOUT);
    const peer = await server.accept();
    sayLast(peer, 'bye');
  });

  it('while connecting: nothing; afterwards POLLOUT', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    socket.setblocking(false);
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EINPROGRESS' });
    expect(await eventsOf(socket)).toBe(0);
    const poller = new Poll();
    poller.register(socket);
    expect(await poller.poll()).toEqual([[socket, POLLOUT]]);
  });

  it('that the peer has closed: readable; writable alone where it can still send', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    sayLast(peer);
    await until(socket.state$, (state) => state === 'peerClosed');
    expect(await eventsOf(socket)).toBe(POLLIN | POLLOUT | (tested.halfClose ? 0 : POLLHUP));
    if (!tested.halfClose) return;
    const rest = restAt(peer);
    await socket.sendall('thanks');
    expect(await eventsOf(socket)).toBe(POLLIN | POLLOUT);
    await socket.close();
    expect(String(await rest)).toBe('thanks');
  });

  it('that is closed: POLLNVAL, whatever is waited for', async () => {
    await using pair = await connectedPair(tested);
    const { socket } = pair;
    const poller = new Poll();
    poller.register(socket, POLLIN);
    const waiting = poller.poll();
    await socket.close();
    expect(await waiting).toEqual([[socket, POLLNVAL]]);
    expect(await poller.poll(-1)).toEqual([[socket, POLLNVAL]]);
    expect(await select([socket], [socket], [socket])).toEqual([[socket], [socket], [socket]]);
    const { AF_INET, SOCK_DGRAM } = pair.usocket;
    const datagrams = pair.usocket.socket(AF_INET, SOCK_DGRAM);
    expect(await eventsOf(datagrams)).toBe(POLLOUT);
    await datagrams.close();
    expect(await eventsOf(datagrams)).toBe(POLLNVAL);
  });
});

describe('polling a socket that the peer has reset, over the host', () => {
  const [tested] = interfaces;

  it('behind its end: POLLHUP, once a send has found that out', async () => {
    await using pair = await connectedPair(tested!);
    const { socket, peer } = pair;
    sayLast(peer, 'bye');
    await until(socket.state$, (state) => state === 'peerClosed');
    await reset(peer);
    await failureOf(sendingOn(socket));
    expect(await eventsOf(socket)).toBe(POLLIN | POLLOUT | POLLHUP);
    expect(String(await socket.recv(10))).toBe('bye');
    expect(await socket.recv(10)).toHaveLength(0);
  });

  it('tells the error until a call has told it', async () => {
    await using pair = await connectedPair(tested!);
    const { socket, peer } = pair;
    await reset(peer);
    await until(socket.state$, (state) => state === 'failed');
    expect(await eventsOf(socket)).toBe(POLLIN | POLLERR | POLLHUP);
    expect(await failureOf(socket.recv(1))).toMatchObject({ code: 'ECONNRESET' });
    expect(await eventsOf(socket)).toBe(POLLIN | POLLHUP);
    expect(await socket.recv(1)).toHaveLength(0);
  });
});
