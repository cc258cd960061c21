import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { lastValueFrom, of, toArray, VirtualTimeScheduler } from 'rxjs';

import { HostNic } from '../../src/host';
import { failureOf } from '../../harness/interfaces/failure';
import { noise } from '../../harness/peers/bytes';
import { tcpServer } from '../../harness/peers/tcpServer';
import { closed, connected, plenty$, sendAll } from './connected';

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
