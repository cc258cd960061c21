import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connected, interfaces, roughModems } from '../../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';

describe.each([...interfaces, ...roughModems])('several sockets, over $name', (tested) => {
  it('download at the same time, and both get everything', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const [[one, peerOfOne], [other, peerOfOther]] = [await connected(net, server), await connected(net, server)];
    const [forOne, forOther] = [noise(30_000), noise(30_000)];
    sayLast(peerOfOne, forOne);
    sayLast(peerOfOther, forOther);
    const [gotOne, gotOther] = await Promise.all([one.read(), other.read()]);
    expect(gotOne?.equals(forOne)).toBe(true);
    expect(gotOther?.equals(forOther)).toBe(true);
    await Promise.all([one.close(), other.close()]);
  });

  it('five of them at once', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const pairs = [];
    for (let number = 0; number < 5; number++) pairs.push(await connected(net, server));
    await Promise.all(
      pairs.map(async ([socket, peer], number) => {
        const [up, down] = [noise(4_000 + number), noise(8_000 + number)];
        const [sent] = await Promise.all([takeAt(peer, up.length), socket.sendall(up)]);
        expect(sent.equals(up)).toBe(true);
        sayLast(peer, down);
        expect((await socket.read())?.equals(down)).toBe(true);
        await socket.close();
      }),
    );
  });
});

describe.each(interfaces)('several sockets, over $name', (tested) => {
  it('connect at the same time, each to its own peer', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    await using other = await tcpServer();
    const [one, two] = [net.usocket.socket(), net.usocket.socket()];
    await Promise.all([one.connect(addressOf(server)), two.connect(addressOf(other))]);
    const [peerOfOne, peerOfTwo] = [await server.accept(), await other.accept()];
    await Promise.all([one.sendall('one'), two.sendall('two')]);
    expect(String(await takeAt(peerOfOne, 3))).toBe('one');
    expect(String(await takeAt(peerOfTwo, 3))).toBe('two');
    await Promise.all([one.close(), two.close()]);
  });

  it('do not affect one another: one is closed, the other goes on', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const [[one, peerOfOne], [other, peerOfOther]] = [await connected(net, server), await connected(net, server)];
    const rest = restAt(peerOfOne);
    peerOfOther.write('before ');
    await one.close();
    await rest;
    sayLast(peerOfOther, 'after');
    expect(String(await other.read())).toBe('before after');
    await other.close();
  });

  it('share the line fairly: a small answer does not wait for a big download', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const [[big, peerOfBig], [small, peerOfSmall]] = [await connected(net, server), await connected(net, server)];
    const bytes = noise(300_000);
    sayLast(peerOfBig, bytes);
    const download = big.read();
    await until(big.readiness$, ({ readable }) => readable);
    const asked = takeAt(peerOfSmall, 5).then(() => sayLast(peerOfSmall, 'pong'));
    await small.sendall('ping!');
    await asked;
    expect(String(await small.read())).toBe('pong');
    expect((await download)?.equals(bytes)).toBe(true);
    await Promise.all([big.close(), small.close()]);
  });

  it('do not wait for one that is not read', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const [[unread, peerOfUnread], [other, peerOfOther]] = [
      await connected(net, server, { receiveBuffer: 10_000 }),
      await connected(net, server),
    ];
    peerOfUnread.write(Buffer.alloc(100_000));
    await until(unread.readiness$, ({ readable }) => readable);
    const bytes = noise(50_000);
    sayLast(peerOfOther, bytes);
    expect((await other.read())?.equals(bytes)).toBe(true);
    await Promise.all([unread.close(), other.close()]);
  });
});

describe.each(interfaces.slice(1))('the sixth socket, over $name', (tested) => {
  it('fails with EMFILE, and connects when another has been closed', async () => {
    await using net = await tested.start();
    await using server = await tcpServer();
    const sockets = [];
    for (let number = 0; number < 5; number++) sockets.push((await connected(net, server))[0]);
    await using sixth = net.usocket.socket();
    expect(await failureOf(sixth.connect(addressOf(server)))).toMatchObject({ code: 'EMFILE', errno: 24 });
    await sockets[2]!.close();
    await sixth.connect(addressOf(server));
    expect(await firstValueFrom(sixth.state$)).toBe('connected');
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});
