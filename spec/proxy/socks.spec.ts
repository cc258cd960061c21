import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { restAt, takeAt } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { allProxies, onlyNic, overModems, runningProxy } from './support/runningProxy';

const greeting = [5, 1, 0];

/** A request for a name. */
function named(name: string, port: number, command = 1): readonly number[] {
  return [5, command, 0, 3, Buffer.byteLength(name), ...Buffer.from(name), port >> 8, port & 255];
}

/** A request for 127.0.0.1. */
function addressed(port: number): readonly number[] {
  return [5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255];
}

/** What the proxy answers to a greeting and a request. */
function replied(code: number): string {
  return String.fromCharCode(5, 0, 5, code, 0, 1, 0, 0, 0, 0, 0, 0);
}

describe.each(allProxies)('SOCKS5, on $name,', (tested) => {
  it('connects to a name that the interface resolves, and to an address', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const { port } = server.endpoint;
    for (const request of [named(onlyNic, port), addressed(port)]) {
      const client = proxy.client(greeting, request);
      const peer = await server.accept();
      client.socket.write('question');
      expect(String(await takeAt(peer, 8))).toBe('question');
      peer.end('answer');
      expect(await client.end()).toBe(`${replied(0)}answer`);
    }
  });

  it('takes a request in single bytes, and what comes behind it at once', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const bytes = [...greeting, ...addressed(server.endpoint.port)];
    const inPieces = proxy.client();
    await once(inPieces.socket, 'connect');
    for (const byte of bytes) await new Promise((sent) => inPieces.socket.write(Buffer.from([byte]), sent));
    inPieces.socket.write('late bytes');
    const one = await server.accept();
    expect(String(await takeAt(one, 10))).toBe('late bytes');
    const atOnce = proxy.client([...bytes, ...Buffer.from('early bytes')], ', and more');
    const other = await server.accept();
    expect(String(await takeAt(other, 21))).toBe('early bytes, and more');
    for (const peer of [one, other]) peer.resume().end();
    expect(await Promise.all([inPieces.end(), atOnce.end()])).toEqual([replied(0), replied(0)]);
  });

  it('lets a peer speak first', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const client = proxy.client(greeting, addressed(server.endpoint.port));
    (await server.accept()).end('220 ready\r\n');
    expect(await client.end()).toBe(`${replied(0)}220 ready\r\n`);
  });

  it('gives the answer to a client that has ended its side', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const client = proxy.client(greeting, addressed(server.endpoint.port), 'question');
    client.socket.end();
    const peer = await server.accept();
    expect(String(await takeAt(peer, 8))).toBe('question');
    peer.end('a'.repeat(30_000));
    expect(await client.end()).toBe(replied(0) + 'a'.repeat(30_000));
  });

  it('says why it cannot connect', async () => {
    await using proxy = await runningProxy(tested);
    const closed = await unusedPort();
    const said = (request: readonly number[]) => proxy.client(greeting, request).end();
    expect(await said(addressed(closed))).toBe(replied(5));
    expect(await said(named('nobody.example', 80))).toBe(replied(4));
    expect(await said(named('a\r\nAT+RST', 80))).toBe(replied(1));
    expect(await said(named(onlyNic, 80, 2))).toBe(replied(7));
    expect(proxy.refusals).toHaveLength(4);
    expect(proxy.refusals[1]).toMatch(/^SOCKS connect "nobody\.example":80: getaddrinfo ENOTFOUND/);
  });

  it('ends what is no request, and what is cut off', async () => {
    await using proxy = await runningProxy(tested);
    const cutOff = proxy.client([5, 1]);
    cutOff.socket.end();
    expect(await cutOff.end()).toBe('');
    expect(await proxy.client([5, 0]).end()).toBe('');
    expect(await proxy.client([4, 1, 0, 80, 127, 0, 0, 1, 0]).end()).toBe('\0[\0\0\0\0\0\0');
    const silent = proxy.client();
    silent.socket.end();
    expect(await silent.end()).toBe('');
  });

  it('passes a reset on in both directions', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const client = proxy.client(greeting, addressed(server.endpoint.port));
    const peer = await server.accept();
    // The method, and the answer to the request: the link is open.
    await client.hears(/^[^]{12}$/);
    client.socket.resetAndDestroy();
    const rest = await restAt(peer).then(String, (error: unknown) => (error as NodeJS.ErrnoException).code);
    // AT 1.5 cannot reset a connection, and ends it.
    expect(rest).toBe(tested.name.includes('1.5') ? '' : 'ECONNRESET');
  });
});

describe.each(overModems)('the links of SOCKS5 connections, on $name,', (tested) => {
  it('are waited for; then a client is refused, or gets the link of one that has reset its connection', async () => {
    await using proxy = await runningProxy(tested, { linkTimeout: 150 });
    await using server = await tcpServer();
    const request = addressed(server.endpoint.port);
    const clients = Array.from({ length: 5 }, () => proxy.client(greeting, request));
    await Promise.all(clients.map(({ hears }) => hears(/\0$/)));
    const sixth = proxy.client(greeting, request);
    expect(await sixth.end()).toBe(replied(1));
    expect(proxy.refusals[0]).toContain('all links of');
    clients[2]?.socket.resetAndDestroy();
    const seventh = proxy.client(greeting, request);
    expect(await seventh.hears(/\0\0$/)).toBe(replied(0));
    for (const { socket } of [...clients, seventh]) socket.destroy();
  });
});
