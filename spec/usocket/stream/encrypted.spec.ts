import { describe, expect, it } from '@jest/globals';

import type { ConnectOptions, TlsOptions } from '../../../src/usocket';
import { noise } from '../../../harness/peers/bytes';
import { certificate } from '../../../harness/peers/certificate';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, interfaces, roughModems, type TestedInterface } from '../../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { tlsServer } from '../../../harness/peers/tlsServer';

const unchecked: TlsOptions = { verify: false };

/** A connected socket and its peer, encrypted. Give it back with `await using`. */
async function encryptedPair(tested: TestedInterface, tls = unchecked) {
  const net = await tested.start();
  const server = await tlsServer();
  const socket = net.usocket.socket();
  const [peer] = await Promise.all([server.accept(), socket.connect(addressOf(server), { tls })]);
  return {
    net,
    server,
    socket,
    peer,
    async [Symbol.asyncDispose]() {
      peer.destroy();
      await socket.close();
      await server[Symbol.asyncDispose]();
      await net[Symbol.asyncDispose]();
    },
  };
}

describe.each([...interfaces, ...roughModems])('an encrypted connection, over $name', (tested) => {
  it('carries data both ways, and the end of the peer behind them', async () => {
    await using pair = await encryptedPair(tested);
    const { socket, peer } = pair;
    expect(peer.encrypted).toBe(true);
    for (let round = 0; round < 3; round++) {
      await socket.sendall(`question ${round}\n`);
      expect(String(await takeAt(peer, 11))).toBe(`question ${round}\n`);
      peer.write(`answer ${round}\n`);
      expect(String(await socket.readline())).toBe(`answer ${round}\n`);
    }
    sayLast(peer, 'bye');
    expect(String(await socket.read())).toBe('bye');
    expect(String(await socket.recv(1))).toBe('');
  });

  it('carries a lot both ways at once', async () => {
    await using pair = await encryptedPair(tested);
    const { socket, peer } = pair;
    const [down, up] = [noise(25_000), noise(25_000)];
    const rest = takeAt(peer, up.length);
    peer.write(down);
    const [got] = await Promise.all([socket.read(down.length), socket.sendall(up)]);
    expect(got?.equals(down)).toBe(true);
    expect((await rest).equals(up)).toBe(true);
  });
});

describe.each(interfaces)('connect() with TLS, over $name', (tested) => {
  it('carries 200 kB down, that the peer closes behind', async () => {
    await using pair = await encryptedPair(tested);
    const bytes = noise(200_000);
    sayLast(pair.peer, bytes);
    expect((await pair.socket.read())?.equals(bytes)).toBe(true);
  });

  it('carries 200 kB up, and the end behind', async () => {
    await using pair = await encryptedPair(tested);
    const bytes = noise(200_000);
    const rest = restAt(pair.peer);
    await pair.socket.sendall(bytes);
    await pair.socket.close();
    expect((await rest).equals(bytes)).toBe(true);
  });

  it('waits for data that come when all before have been read', async () => {
    await using pair = await encryptedPair(tested);
    const { socket, peer } = pair;
    for (const text of ['one', 'two', 'three']) {
      const reading = socket.recv(10);
      peer.write(text);
      expect(String(await reading)).toBe(text);
    }
  });

  it('tells of the end of an idle peer', async () => {
    await using pair = await encryptedPair(tested);
    sayLast(pair.peer);
    expect(await until(pair.socket.state$, (state) => state !== 'connected')).toBe('peerClosed');
  });

  it('fails with EPROTO where the peer speaks no TLS', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    const failure = failureOf(socket.connect(addressOf(server), { tls: unchecked }));
    (await server.accept()).end('HTTP/1.0 400 Bad Request\r\n\r\n');
    expect(await failure).toMatchObject({ code: 'EPROTO', errno: 71, syscall: 'connect' });
    const next = server.accept();
    await socket.connect(addressOf(server));
    (await next).destroy();
  });

  it.each<[string, unknown]>([
    ['tls: true', { tls: true }],
    ['tls: null', { tls: null }],
    ['a verify that is no boolean', { tls: { verify: 'no' } }],
    ['an empty name', { tls: { ...unchecked, serverName: '' } }],
    ['a name with a line end', { tls: { ...unchecked, serverName: 'a\r\nAT+RST' } }],
    ['a name that is none', { tls: { ...unchecked, serverName: 5 } }],
    ['options that are none', true],
  ])('refuses %s with EINVAL, and does not connect in the clear', async (_, options) => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    expect((await failureOf(socket.connect(addressOf(server), options as ConnectOptions))).code).toBe('EINVAL');
    expect(await until<string>(socket.state$, () => true)).toBe('unconnected');
  });
});

const [host, ...modems] = interfaces;

describe.each(modems)('the one encrypted connection of a modem, over $name', (tested) => {
  it('does not check the peer, and is refused unless the program accepts that', async () => {
    await using net = await tested.start();
    await using server = await tlsServer();
    await using socket = net.usocket.socket();
    const error = await failureOf(socket.connect(addressOf(server), { tls: { serverName: certificate.name } }));
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', errno: 95, syscall: 'connect' });
    expect(error.message).toContain('a peer that nothing identifies');
    expect(error.message).toContain('{ verify: false }');
  });

  it('stands beside others in the clear, and a second one is ENOBUFS until it is closed', async () => {
    await using pair = await encryptedPair(tested);
    const { net, server, socket, peer } = pair;
    await using plainServer = await tcpServer();
    await using second = net.usocket.socket();
    await using plain = net.usocket.socket();
    const failure = await failureOf(second.connect(addressOf(server), { tls: unchecked }));
    expect(failure).toMatchObject({ code: 'ENOBUFS', errno: 105 });
    const [plainPeer] = await Promise.all([plainServer.accept(), plain.connect(addressOf(plainServer))]);
    plainPeer.write('clear');
    peer.write('secret');
    expect([String(await plain.read(5)), String(await socket.read(6))]).toEqual(['clear', 'secret']);
    await socket.close();
    const accepted = server.accept();
    await second.connect(addressOf(server), { tls: unchecked });
    (await accepted).end('again');
    expect(String(await second.read())).toBe('again');
  });
});

describe('the name that a server is asked for', () => {
  const named = { ...unchecked, serverName: certificate.name };

  it.each([
    [host!.name, host!, certificate.name, false],
    ...modems.map((modem) => [modem.name, modem, modem.name.includes('ESP-AT') && certificate.name, false] as const),
  ] as const)(
    '%s tells it where the firmware can, and the next connection has none',
    async (_, tested, first, next) => {
      await using pair = await encryptedPair(tested, named);
      expect(pair.peer.servername).toBe(first);
      const { net, server } = pair;
      await pair.socket.close();
      // A number of the modem comes again after five.
      for (let count = 0; count < 5; count++) {
        const socket = net.usocket.socket();
        const [peer] = await Promise.all([server.accept(), socket.connect(addressOf(server), { tls: unchecked })]);
        expect(peer.servername).toBe(next);
        await socket.close();
      }
    },
  );
});
