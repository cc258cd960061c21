import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { types } from 'node:util';
import { BehaviorSubject, firstValueFrom, lastValueFrom, of, tap, toArray, VirtualTimeScheduler } from 'rxjs';

import { HostNic } from '../../src/host';
import type { StreamLink } from '../../src/usocket/contract/nic';
import { collect, noise } from '../../harness/peers/bytes';
import { failureOf } from '../../harness/interfaces/failure';
import { tcpServer, unusedPort, type TcpServer } from '../../harness/peers/tcpServer';

const plenty$ = new BehaviorSubject(1 << 20);

async function connected(server: TcpServer, nic = new HostNic()): Promise<[StreamLink, Socket]> {
  return Promise.all([firstValueFrom(nic.openStream(server.endpoint)), server.accept()]);
}

async function sendAll(link: StreamLink, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; from += link.maxSend)
    await lastValueFrom(link.send(bytes.subarray(from, from + link.maxSend)), { defaultValue: undefined });
}

const closed = (link: StreamLink) => lastValueFrom(link.close(), { defaultValue: 'closed' });

/** The resolver that answers with an error. */
const failingLookup = (code: string) =>
  new HostNic({ lookup: (_host, _options, done) => done(Object.assign(new Error(code), { code }), []) });

describe('HostNic.resolve', () => {
  it.each(['127.0.0.1', '8.8.8.8', '::1'])('gives the numeric address %s back', async (address) => {
    const nic = failingLookup('EAI_AGAIN');
    expect(await lastValueFrom(nic.resolve(address).pipe(toArray()))).toEqual([[address]]);
  });

  it('finds localhost, IPv4 first', async () => {
    const [first] = await firstValueFrom(new HostNic().resolve('localhost'));
    expect(first).toBe('127.0.0.1');
  });

  it('gives all addresses, in order', async () => {
    const found = [
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ];
    const nic = new HostNic({ lookup: (_host, _options, done) => done(null, found) });
    expect(await firstValueFrom(nic.resolve('example.net'))).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it.each([
    ['ENOTFOUND', 'EAI_NONAME', -2],
    ['EAI_AGAIN', 'EAI_AGAIN', -3],
    ['EAI_FAIL', 'EAI_FAIL', -4],
    ['EAI_MEMORY', 'EAI_FAIL', -4],
  ])('makes %s of the resolver %s', async (answer, code, errno) => {
    const error = await failureOf(failingLookup(answer).resolve('example.net'));
    expect({ code: error.code, errno: error.errno, syscall: error.syscall }).toEqual({
      code,
      errno,
      syscall: 'getaddrinfo',
    });
    expect(error.message).toContain('"example.net"');
    expect(error.message).toContain(answer);
  });

  it('takes no address for no such name', async () => {
    const nic = new HostNic({ lookup: (_host, _options, done) => done(null, []) });
    expect((await failureOf(nic.resolve(''))).code).toBe('EAI_NONAME');
  });

  it('asks nobody before it is subscribed to, and forgets the answer after unsubscribing', () => {
    const asked: (() => void)[] = [];
    const nic = new HostNic({
      lookup: (_host, _options, done) => void asked.push(() => done(null, [{ address: '192.0.2.1', family: 4 }])),
    });
    const answer$ = nic.resolve('example.net');
    expect(asked).toHaveLength(0);
    const heard: unknown[] = [];
    answer$.subscribe((addresses) => heard.push(addresses)).unsubscribe();
    expect(asked).toHaveLength(1);
    asked[0]?.();
    expect(heard).toEqual([]);
  });
});

describe('HostNic.openStream', () => {
  it('emits one link, to the endpoint it was asked for, and completes', async () => {
    await using server = await tcpServer();
    const links = await lastValueFrom(new HostNic().openStream(server.endpoint).pipe(toArray()));
    expect(links.map(({ remote }) => remote)).toEqual([server.endpoint]);
    (await server.accept()).destroy();
    await Promise.all(links.map(closed));
  });

  it('is refused where nobody listens', async () => {
    const port = await unusedPort();
    const error = await failureOf(new HostNic().openStream({ address: '127.0.0.1', port }));
    expect(error.code).toBe('ECONNREFUSED');
    expect(error.errno).toBe(111);
    expect(error.syscall).toBe('connect');
    expect(error.message).toContain(`127.0.0.1:${port}`);
    assert(types.isNativeError(error.cause));
  });

  it('connects when subscribed to, and not before; unsubscribing gives the attempt up', async () => {
    await using server = await tcpServer();
    const link$ = new HostNic().openStream(server.endpoint);
    const heard: unknown[] = [];
    link$.subscribe((link) => heard.push(link)).unsubscribe();
    // Another connection made after it: had the first one lived, it would be heard of by now.
    const [link] = await connected(server).then(async ([own, peer]) => {
      peer.destroy();
      await closed(own);
      return [own];
    });
    expect(link).toBeDefined();
    expect(heard).toEqual([]);
  });

  it.each([
    [{ address: 'localhost', port: 80 }, 'numeric'],
    [{ address: '127.0.0.1', port: 65_536 }, '65535'],
    [{ address: '127.0.0.1', port: -1 }, '65535'],
    [{ address: '127.0.0.1', port: 1.5 }, '65535'],
  ])('refuses %p', async (remote, told) => {
    const error = await failureOf(new HostNic().openStream(remote));
    expect(error.code).toBe('EINVAL');
    expect(error.message).toContain(told);
  });
});

describe('a link of the host', () => {
  it('carries 1 MB of random bytes each way at once', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const [there, back] = [noise(1 << 20), noise(1 << 20)];
    const received = collect(link.receive(plenty$), back.length);
    const arrived = buffer(peer);
    peer.end(back);
    await sendAll(link, there);
    expect((await received).equals(back)).toBe(true);
    await closed(link);
    expect((await arrived).equals(there)).toBe(true);
  });

  it('gives no more than there is room for, and loses nothing', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const sent = noise(1000);
    peer.end(sent);
    const room$ = new BehaviorSubject(7);
    const sizes: number[] = [];
    const chunks = await lastValueFrom(
      link.receive(room$).pipe(
        tap((chunk) => {
          sizes.push(chunk.length);
          room$.next(7);
        }),
        toArray(),
      ),
    );
    expect(Math.max(...sizes)).toBe(7);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    await closed(link);
  });

  it('holds the sender back while the reader has no room', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const room$ = new BehaviorSubject(0);
    const chunks: Uint8Array[] = [];
    const done = lastValueFrom(link.receive(room$).pipe(tap((chunk) => chunks.push(chunk))));
    const sent = noise(32 << 20);
    const taken = new Promise<string>((resolve) => peer.write(sent, () => resolve('taken')));
    peer.end();
    // A second connection that goes through shows that time enough has passed for the first.
    const [other, otherPeer] = await connected(server);
    const through = collect(other.receive(plenty$), 1 << 20);
    otherPeer.write(noise(1 << 20));
    await through;
    expect(chunks).toEqual([]);
    expect(peer.writableLength).toBe(sent.length);
    room$.next(sent.length);
    expect(await taken).toBe('taken');
    await done;
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    otherPeer.destroy();
    await Promise.all([closed(link), closed(other)]);
  });

  it('does not call a send done while the peer takes nothing', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const part = noise(link.maxSend);
    let sends = 0;
    const sending = (async () => {
      for (; sends < 512; sends++) await lastValueFrom(link.send(part), { defaultValue: undefined });
    })();
    const [other, otherPeer] = await connected(server);
    const through = collect(other.receive(plenty$), 1 << 20);
    otherPeer.write(noise(1 << 20));
    await through;
    expect(sends).toBeLessThan(512);
    const arrived = buffer(peer);
    await sending;
    peer.end();
    otherPeer.destroy();
    await Promise.all([closed(link), closed(other)]);
    expect(await arrived).toHaveLength(512 * part.length);
  });

  it('can still send after the EOF of the peer', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    peer.end('bye');
    const received = await lastValueFrom(link.receive(plenty$).pipe(toArray()));
    expect(Buffer.concat(received).toString()).toBe('bye');
    const arrived = buffer(peer);
    await sendAll(link, Buffer.from('still here'));
    await closed(link);
    expect((await arrived).toString()).toBe('still here');
  });

  it('gives the data before the end, when the end came before there was room', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const room$ = new BehaviorSubject(1);
    const received = lastValueFrom(link.receive(room$).pipe(toArray()));
    peer.end('abc');
    await once(peer, 'finish');
    room$.next(1);
    room$.next(100);
    expect(Buffer.concat(await received).toString()).toBe('abc');
    await closed(link);
  });

  it('tells reader and writer that the peer reset the connection', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const failed = failureOf(link.receive(plenty$));
    peer.resetAndDestroy();
    const error = await failed;
    expect(error.code).toBe('ECONNRESET');
    expect(error.syscall).toBe('recv');
    expect((await failureOf(link.send(Buffer.from('x')))).code).toBe('ECONNRESET');
    // One who comes later hears it too.
    expect((await failureOf(link.receive(plenty$))).code).toBe('ECONNRESET');
    await closed(link);
  });

  it('ends a send that waits when the peer resets', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const sending = failureOf(link.send(noise(64 << 20)));
    peer.resetAndDestroy();
    expect(['ECONNRESET', 'EPIPE']).toContain((await sending).code);
    await closed(link);
  });

  it('fails a send after its own close with EPIPE', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    peer.on('end', () => peer.end()).resume();
    await closed(link);
    const error = await failureOf(link.send(Buffer.from('x')));
    expect(error.code).toBe('EPIPE');
    expect(error.syscall).toBe('send');
  });
});

describe('closing a link of the host', () => {
  it('lets the peer have all data, then EOF, though bytes lie unread here', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const sent = noise(1 << 20);
    peer.write(noise(100_000));
    const arrived = buffer(peer).then((all) => {
      peer.end();
      return all;
    });
    await sendAll(link, sent);
    await closed(link);
    expect((await arrived).equals(sent)).toBe(true);
  });

  it('completes a reader', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    peer.on('end', () => peer.end()).resume();
    const received = lastValueFrom(link.receive(plenty$).pipe(toArray()));
    await closed(link);
    expect(await received).toEqual([]);
  });

  it('does not wait longer than it lingers for the EOF of a peer that stays', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server, new HostNic({ linger: 20 }));
    await sendAll(link, Buffer.from('last words'));
    await closed(link);
    expect((await buffer(peer)).toString()).toBe('last words');
  });

  it('resets the connection when the rest cannot be sent: no EOF that hides a gap', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server, new HostNic({ linger: 20 }));
    link
      .send(noise(64 << 20))
      .subscribe({ error: () => undefined })
      .unsubscribe();
    await closed(link);
    // libuv shows a reader that comes after the reset its EOF only; a writer hears of it. After a mere EOF its first
    // write would pass.
    const [error] = (await once(peer.end('x'), 'error')) as [NodeJS.ErrnoException];
    expect(['ECONNRESET', 'EPIPE']).toContain(error.code);
  });

  it('gives up while its EOF is under way, and leaves nothing open', async () => {
    await using server = await tcpServer();
    const scheduler = new VirtualTimeScheduler();
    const [link] = await connected(server, new HostNic({ linger: 20, scheduler }));
    const isClosed = closed(link);
    // In the first, Node has the operating system shut the connection down; that is done a turn later.
    process.nextTick(() => process.nextTick(() => scheduler.flush()));
    expect(await isClosed).toBe('closed');
  });

  it('is done once, however often it is asked for, also by one who stops waiting', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    peer.on('end', () => peer.end()).resume();
    link.close().subscribe().unsubscribe();
    expect(await Promise.all([closed(link), closed(link)])).toEqual(['closed', 'closed']);
    expect(await closed(link)).toBe('closed');
  });

  it('is no error after the connection was lost', async () => {
    await using server = await tcpServer();
    const [link, peer] = await connected(server);
    const lost = failureOf(link.receive(of(1)));
    peer.resetAndDestroy();
    await lost;
    expect(await closed(link)).toBe('closed');
  });
});
