import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, isIPv4 } from 'node:net';
import { inspect } from 'node:util';
import { firstValueFrom } from 'rxjs';

import { createModules, network as ours, usocket as ourSockets } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { restAt, until } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';

describe('network.Host() as an interface', () => {
  it('is up from the start, and tells the machine’s addresses', async () => {
    const { network } = createModules();
    await using nic = network.Host();
    expect(nic.isconnected()).toBe(true);
    const config = await nic.ifconfig();
    expect(config).toHaveLength(7);
    const [ip, netmask] = config;
    expect([ip, netmask].every(isIPv4)).toBe(true);
    expect(await firstValueFrom(nic.ifconfig$())).toEqual(config);
    expect(inspect(nic)).toBe(`<host state=open address=${ip} links=0>`);
  });

  it('takes what HostNic takes', async () => {
    const { network, usocket } = createModules();
    await using nic = network.Host({
      lookup: (host, _options, callback) =>
        callback(null, [{ address: host === 'a.example' ? '192.0.2.7' : '::1', family: 4 }]),
    });
    const [[, , , , address]] = await usocket.getaddrinfo('a.example', 80);
    expect(address).toEqual(['192.0.2.7', 80]);
    expect(nic.isconnected()).toBe(true);
  });

  it('that is closed ends its connections and ports, and every call fails with EBADF', async () => {
    const { network, usocket } = createModules();
    const nic = network.Host({ linger: 30 });
    await using peers = await tcpServer();
    const socket = usocket.socket();
    await socket.connect(addressOf(peers));
    const peer = await peers.accept();
    const server = usocket.socket();
    await server.bind(['127.0.0.1', 0]);
    await server.listen();
    const { port } = server.localAddress!;
    const udp = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    await udp.bind(['127.0.0.1', 0]);
    expect(inspect(nic)).toContain('links=3');
    const waiting = [socket.recv(1), server.accept(), udp.recv(1)].map(failureOf);
    const closing = nic.close();
    await nic.close();
    await closing;
    for (const failure of await Promise.all(waiting)) expect(failure).toMatchObject({ code: 'EBADF' });
    expect(String(await restAt(peer))).toBe('');
    const refused = connect(port, '127.0.0.1');
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const later = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic });
    const calls = [
      later.connect(addressOf(peers)),
      usocket.getaddrinfo('localhost', 80, { nic }),
      udp.sendto('text', ['127.0.0.1', port]),
      socket.sendall('text'),
      nic.ifconfig(),
    ].map(failureOf);
    for (const failure of await Promise.all(calls)) expect(failure).toMatchObject({ code: 'EBADF' });
    expect(nic.isconnected()).toBe(false);
    expect(inspect(nic)).toMatch(/^<host state=closed .* links=0>$/);
    // It is the default no longer.
    await expect(usocket.getaddrinfo('localhost', 80)).rejects.toMatchObject({ code: 'ENODEV' });
    await Promise.all([socket, server, udp, later].map((each) => each.close()));
  });

  it('that is closed gives an attempt to connect up', async () => {
    const { network, usocket } = createModules();
    const nic = network.Host();
    await using server = await tcpServer();
    const socket = usocket.socket();
    const failure = failureOf(socket.connect(addressOf(server)));
    await nic.close();
    expect(await failure).toMatchObject({ code: 'EBADF' });
    expect(await until(socket.state$, (state) => state !== 'connecting')).toBe('unconnected');
    await socket.close();
  });
});

describe('modules of one’s own', () => {
  it('have interfaces of their own', async () => {
    const [one, other] = [createModules(), createModules()];
    await using nic = one.network.Host({
      lookup: (_host, _options, callback) => callback(null, [{ address: '192.0.2.1', family: 4 }]),
    });
    await using own = other.network.Host({
      lookup: (_host, _options, callback) => callback(null, [{ address: '192.0.2.2', family: 4 }]),
    });
    const found = async ({ usocket }: typeof one, nic?: typeof own) =>
      (await usocket.getaddrinfo('name', 80, { nic }))[0][4][0];
    expect([await found(one), await found(other)]).toEqual(['192.0.2.1', '192.0.2.2']);
    // One that is named counts wherever it is from.
    expect([await found(one, own), await found(other, nic)]).toEqual(['192.0.2.2', '192.0.2.1']);
    expect(() => createModules().usocket.socket()).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    expect([one.network === ours, one.usocket === ourSockets]).toEqual([false, false]);
    expect(inspect(one.usocket)).toBe(`<module usocket interfaces=<interfaces all=[${String(nic)}]>>`);
  });
});
