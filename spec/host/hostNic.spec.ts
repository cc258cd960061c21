import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { types } from 'node:util';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';

import { HostNic } from '../../src/host';
import { failureOf } from '../../harness/interfaces/failure';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { closed, connected } from './connected';

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
