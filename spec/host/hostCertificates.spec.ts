import { describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

import { type Certificates, createModules, type TlsOptions } from '../../src';
import { certificate, signed } from '../../harness/peers/certificate';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { restAt } from '../../harness/peers/peer';
import { tlsServer } from '../../harness/peers/tlsServer';

const { authority, cert, key } = signed;
const { name: serverName, cert: another } = certificate;
const der = new X509Certificate(authority).raw;

/** Connects to a server whose certificate an authority of its own has signed, says hello, and gives what it heard. */
async function hello(ofHost: Certificates | undefined, tls: TlsOptions): Promise<string> {
  const { network, usocket } = createModules();
  await using server = await tlsServer({ cert, key });
  await using nic = network.Host({ linger: 30, ...(ofHost !== undefined && { ca: ofHost }) });
  await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic });
  await socket.connect(addressOf(server), { tls });
  const peer = await server.accept();
  const rest = restAt(peer);
  await socket.sendall('hello');
  await socket.close();
  return String(await rest);
}

describe('the authorities that TLS is checked by', () => {
  it.each<[string, Certificates]>([
    ['text in PEM', authority],
    ['the bytes of a PEM file', Buffer.from(authority)],
    ['DER', der],
    ['DER in another Uint8Array', new Uint8Array(der)],
    ['a file with several', `# ours\n${another}\nand theirs\n${authority}`],
    ['a list', [another, authority]],
    ['a list of several kinds', [Buffer.from(another), der]],
    ['Node’s own and ours', [...rootCertificates.slice(0, 3), authority]],
  ])('may be of the interface, or of the connection: %s', async (_, ca) => {
    expect(await hello(ca, { serverName })).toBe('hello');
    expect(await hello(undefined, { serverName, ca })).toBe('hello');
  });

  it('of a connection count instead of those of the interface', async () => {
    expect(await hello(another, { serverName, ca: authority })).toBe('hello');
    expect(await failureOf(hello(authority, { serverName, ca: another }))).toMatchObject({ code: 'EACCES' });
  });

  it('do not have the peer’s: EACCES, which says what to do; the name is checked all the same', async () => {
    const failure = await failureOf(hello(undefined, { serverName }));
    expect(failure).toMatchObject({ code: 'EACCES', message: expect.stringContaining('tls.ca') });
    expect(await failureOf(hello(authority, { serverName: 'other.example' }))).toMatchObject({ code: 'EACCES' });
    expect(await hello(undefined, { verify: false })).toBe('hello');
  });

  it.each<[string, Certificates, string]>([
    ['an empty text', '', 'no certificate'],
    ['an empty list', [], 'empty list'],
    ['the name of a file', '/etc/ssl/ca.pem', 'not its name'],
    ['a damaged one', authority.replace('MII', 'MIJ'), 'cannot be read'],
    ['a damaged one behind a good one', `${authority}${another.replace('MII', 'MIJ')}`, 'cannot be read'],
    ['bytes of anything', Buffer.from('anything'), 'cannot be read'],
    ['a key', key, 'no certificate'],
  ])('are none: EINVAL for %s', async (_, ca, message) => {
    const { network } = createModules();
    expect(() => network.Host({ ca })).toThrow(
      expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining(message) }),
    );
    const failure = await failureOf(hello(undefined, { ca }));
    expect(failure).toMatchObject({ code: 'EINVAL', message: expect.stringContaining(message) });
    expect(failure.message).not.toContain(key.split('\n')[1]);
  });

  it.each<[unknown, string]>([
    [{ tls: { ca: 5 } }, 'tls.ca'],
    [{ tls: { ca: [authority, null] } }, 'tls.ca'],
    [{ tls: { ca: authority, verify: false } }, 'verify'],
    [{ ca: authority }, '"ca"'],
    [{ serverName }, '"serverName"'],
  ])('given amiss end in EINVAL, not in a connection in the clear', async (options, message) => {
    const { network, usocket } = createModules();
    await using nic = network.Host();
    await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic });
    const failure = await failureOf(socket.connect(['127.0.0.1', 9], options as object));
    expect(failure).toMatchObject({ code: 'EINVAL', message: expect.stringContaining(message) });
  });
});
