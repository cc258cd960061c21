import { describe, expect, it } from '@jest/globals';

import { takeAt } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { overModems, runningProxy } from './support/runningProxy';

const connected = /^HTTP\/1\.1 200 [^]*\r\n\r\n/;

describe.each(overModems)('tunnels that share the links, on $name,', (tested) => {
  it.concurrent('stay open for long while others come and go', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const request = `CONNECT 127.0.0.1:${server.endpoint.port} HTTP/1.1\r\n\r\n`;
    const long = proxy.client(request);
    const peer = await server.accept();
    await long.hears(connected);
    // Nine at a time want the four links that are left.
    for (let round = 0; round < 3; round++) {
      const ended = Array.from({ length: 9 }, () => proxy.client(request).end());
      let served = 0;
      while (served++ < ended.length) (await server.accept()).end('hello');
      expect((await Promise.all(ended)).map((heard) => heard.replace(connected, ''))).toEqual(ended.map(() => 'hello'));
    }
    long.socket.write('still there?');
    expect(String(await takeAt(peer, 12))).toBe('still there?');
    peer.end('yes');
    expect((await long.end()).replace(connected, '')).toBe('yes');
  });

  it.concurrent('are given up first when their clients have ended their sides, and another one waits', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const request = `CONNECT 127.0.0.1:${server.endpoint.port} HTTP/1.1\r\n\r\n`;
    const clients = Array.from({ length: 5 }, () => proxy.client(request));
    for (const { hears } of clients) await hears(connected);
    clients[3]?.socket.end();
    const sixth = proxy.client(request);
    await sixth.hears(connected);
    await clients[3]?.end();
    expect(clients.map(({ socket }) => socket.destroyed)).toEqual([false, false, false, true, false]);
    for (const { socket } of [...clients, sixth]) socket.destroy();
  });
});

// AT 1.5 cannot hold data back.
describe.each(overModems.filter(({ name }) => !name.includes('1.5')))('a slow client, on $name,', (tested) => {
  it('slows its peer down, and no other one', async () => {
    await using proxy = await runningProxy(tested);
    await using server = await tcpServer();
    const request = `CONNECT 127.0.0.1:${server.endpoint.port} HTTP/1.1\r\n\r\n`;
    const slow = proxy.client(request);
    const peer = await server.accept();
    await slow.hears(connected);
    slow.socket.pause();
    const size = 64 << 20;
    peer.write(Buffer.alloc(size));
    // Another client that gets a megabyte shows that time enough has passed for this one.
    const other = proxy.client(request);
    (await server.accept()).end(Buffer.alloc(1 << 20, 'x'));
    expect((await other.end()).replace(connected, '')).toHaveLength(1 << 20);
    expect(peer.writableLength).toBeGreaterThan(size / 2);
    slow.socket.destroy();
  });
});
