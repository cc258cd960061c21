import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { firstValueFrom, fromEvent, lastValueFrom, of, repeat, VirtualTimeScheduler } from 'rxjs';

import { HostNic } from '../../src/host';
import type { TlsOptions } from '../../src/usocket/contract/nic';
import { certificate } from '../../harness/peers/certificate';
import { failureOf } from '../../harness/interfaces/failure';
import { restAt } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { tlsServer, type TlsServer } from '../../harness/peers/tlsServer';

const { cert: ca, name: serverName } = certificate;

async function connected(server: TlsServer, tls: TlsOptions, nic = new HostNic({ ca, linger: 30 })) {
  return Promise.all([firstValueFrom(nic.openStream(server.endpoint, { tls })), server.accept()]);
}

describe('HostNic.openStream with TLS', () => {
  it('checks the certificate, for the name that was asked for', async () => {
    await using server = await tlsServer();
    const [link, peer] = await connected(server, { serverName });
    expect(peer.servername).toBe(serverName);
    const rest = restAt(peer);
    await lastValueFrom(link.send(Buffer.from('hello')), { defaultValue: undefined });
    peer.end('bye');
    const heard = await firstValueFrom(link.receive(of(100)));
    await lastValueFrom(link.close(), { defaultValue: undefined });
    expect([String(heard), String(await rest)]).toEqual(['bye', 'hello']);
  });

  it('checks it for the address when there is no name, and asks for none', async () => {
    await using server = await tlsServer();
    const [link, peer] = await connected(server, {});
    expect(peer.servername).toBe(false);
    peer.destroy();
    await lastValueFrom(link.close(), { defaultValue: undefined });
  });

  it.each<[string, TlsOptions, string | undefined, string]>([
    ['whose authority is not trusted', { serverName }, undefined, 'self-signed'],
    ['for another name', { serverName: 'other.example' }, ca, 'other.example'],
    ['for another address', { serverName: '192.0.2.1' }, ca, '192.0.2.1'],
  ])('refuses a certificate %s with EACCES, and takes it unchecked', async (_, tls, trusted, why) => {
    await using server = await tlsServer();
    const nic = new HostNic({ linger: 30, ...(trusted !== undefined && { ca: trusted }) });
    const error = await failureOf(nic.openStream(server.endpoint, { tls }));
    expect(error).toMatchObject({ code: 'EACCES', errno: 13, syscall: 'connect' });
    expect(error.message).toContain(why);
    const [link] = await connected(server, { ...tls, verify: false }, nic);
    await lastValueFrom(link.close(), { defaultValue: undefined });
  });

  it('fails with EPROTO when both know no common version of TLS', async () => {
    await using server = await tlsServer({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    const error = await failureOf(new HostNic({ ca }).openStream(server.endpoint, { tls: { serverName } }));
    expect(error).toMatchObject({ code: 'EPROTO', errno: 71, syscall: 'connect' });
  });

  it.each(['HTTP/1.0 400 Bad Request\r\n\r\n', ''])('fails with EPROTO when the peer says %j', async (greeting) => {
    await using server = await tcpServer();
    const failure = failureOf(new HostNic().openStream(server.endpoint, { tls: {} }));
    (await server.accept()).end(greeting);
    expect((await failure).code).toBe('EPROTO');
  });

  it('is refused where nobody listens', async () => {
    const error = await failureOf(
      new HostNic().openStream({ address: '127.0.0.1', port: await unusedPort() }, { tls: {} }),
    );
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('waits no longer than a minute for a peer that says nothing', async () => {
    await using server = await tcpServer();
    const scheduler = new VirtualTimeScheduler();
    const failure = failureOf(new HostNic({ scheduler }).openStream(server.endpoint, { tls: {} }));
    const peer = await server.accept();
    scheduler.flush();
    expect(await failure).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' });
    expect(scheduler.now()).toBe(60_000);
    await restAt(peer);
  });

  it('gives a handshake up when nobody waits for it', async () => {
    await using server = await tcpServer();
    const connecting = new HostNic().openStream(server.endpoint, { tls: {} }).subscribe();
    const peer = await server.accept();
    const rest = restAt(peer);
    connecting.unsubscribe();
    await expect(rest).resolves.toBeInstanceOf(Buffer);
  });

  it('breaks off what a peer does not take, and closes all the same', async () => {
    await using server = await tlsServer();
    const [link, peer] = await connected(server, { serverName });
    const sending = link
      .send(Buffer.alloc(link.maxSend))
      .pipe(repeat())
      .subscribe({ error: () => undefined });
    await firstValueFrom(fromEvent(peer, 'readable'));
    expect(await lastValueFrom(link.close(), { defaultValue: 'closed' })).toBe('closed');
    sending.unsubscribe();
    await once(peer.resume(), 'end');
    expect(peer.readableEnded).toBe(true);
  });
});
