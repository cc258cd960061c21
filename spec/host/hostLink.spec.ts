import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { BehaviorSubject, lastValueFrom, tap, toArray } from 'rxjs';

import { failureOf } from '../../harness/interfaces/failure';
import { collect, noise } from '../../harness/peers/bytes';
import { tcpServer } from '../../harness/peers/tcpServer';
import { closed, connected, plenty$, sendAll } from './connected';

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
