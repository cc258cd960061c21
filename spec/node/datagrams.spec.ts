import { describe, expect, it } from '@jest/globals';
import { type Answer, decode, encode } from 'dns-packet';
import { createSocket as createSocketOfSystem, type RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';

import { createSocket } from '../../src/node';
import type { Nic } from '../../src/usocket';
import { interfaces } from '../../harness/interfaces/interfaces';
import { closed, udpPeer } from '../../harness/peers/udpPeer';
import { nextTurn, turnUntil } from '../../harness/time/turns';

/** What a callback of `send` is called with. */
type Sent = readonly [code: string | undefined, size: number | undefined];

/** Sends, and returns what the callback is called with. */
function sent(send: (callback: (error: NodeJS.ErrnoException | null, size?: number) => void) => void): Promise<Sent> {
  return new Promise((resolve) => send((error, size) => resolve([error?.code, size])));
}

async function heardBy(socket: Socket): Promise<readonly [string, RemoteInfo]> {
  const [message, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
  return [String(message), from];
}

/** Everything that a program does with a socket for datagrams, in one life of a socket. */
async function conversation(make: () => Socket): Promise<readonly unknown[]> {
  await using peer = await udpPeer();
  await using other = await udpPeer();
  const socket = make();
  const log: unknown[] = [];
  for (const event of ['listening', 'connect', 'close', 'error']) socket.on(event, () => log.push(event));
  const heard = () => peer.next().then(({ data }) => String(data));

  // The first datagram opens the port.
  socket.send('one', peer.port, '127.0.0.1');
  log.push(await heard(), socket.address().port > 0, socket.address().family);
  const to = [peer.port, '127.0.0.1'] as const;
  log.push(await sent((callback) => socket.send(Buffer.from('-two-'), 1, 3, ...to, callback)), await heard());
  log.push(await sent((callback) => socket.send(['th', Buffer.from('ree')], ...to, callback)), await heard());
  log.push(await sent((callback) => socket.send('four', peer.port, callback)), await heard());
  const own = Buffer.from('five');
  const isSent = sent((callback) => socket.send(own, ...to, callback));
  log.push(await isSent, await heard());
  const view = new DataView(Uint8Array.from(Buffer.from('not six')).buffer, 4);
  log.push(await sent((callback) => socket.send(view, ...to, callback)), await heard());

  const port = (await Promise.all([sent((callback) => socket.send('port?', ...to, callback)), peer.next()]))[1].from;
  const message = heardBy(socket);
  await peer.send('answer', port);
  const [text, from] = await message;
  log.push(text, from.address, from.port === peer.port, from.family, from.size);

  for (const wrong of [() => socket.bind(0), () => socket.remoteAddress(), () => socket.disconnect()]) {
    log.push(thrownBy(wrong));
  }
  log.push(await sent((callback) => socket.send('broadcast', 9, '255.255.255.255', callback)));
  log.push(await sent((callback) => socket.send(Buffer.alloc(70_000), ...to, callback)));

  socket.connect(...to);
  await once(socket, 'connect');
  log.push(socket.remoteAddress().port === peer.port, socket.remoteAddress().address);
  log.push(await sent((callback) => socket.send('connected', callback)), await heard());
  log.push(
    thrownBy(() => socket.send('elsewhere', ...to)),
    thrownBy(() => socket.connect(1)),
  );
  // Only the peer is heard now.
  const next = heardBy(socket);
  await other.send('a stranger', port);
  await peer.send('the peer', port);
  log.push((await next)[0]);
  socket.disconnect();
  log.push(
    thrownBy(() => socket.disconnect()),
    socket.getSendQueueCount(),
    socket.getSendQueueSize(),
  );
  socket.setBroadcast(true);
  log.push(socket.ref() === socket, socket.unref() === socket, socket.setTTL(64));

  await closed(socket);
  log.push(
    thrownBy(() => socket.address()),
    thrownBy(() => socket.send('late', ...to)),
    thrownBy(() => socket.close()),
  );
  return log;
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const tested = interfaces.slice(0, 4);

describe.each(tested)('createSocket over $name', ({ start }) => {
  it('behaves as a socket of the operating system does', async () => {
    await using running = await start();
    const ours = await conversation(() => createSocket({ type: 'udp4', nic: running.nic }));
    expect(ours).toEqual(await conversation(() => createSocketOfSystem('udp4')));
  });

  it('passes for a dgram.Socket', async () => {
    await using running = await start();
    const socket = createSocket({ type: 'udp4', nic: running.nic }, () => undefined);
    expect([socket instanceof Socket, socket.listenerCount('message')]).toEqual([true, 1]);
    expect(socket).toMatchObject({ type: 'udp4' });
    await closed(socket);
    // Also while its port is being opened.
    const early = createSocket({ type: 'udp4', nic: running.nic });
    early.bind();
    await closed(early);
    expect(() => createSocket({ type: 'udp6', nic: running.nic })).toThrow(/IPv4 only/);
  });

  it('asks a name server', async () => {
    await using running = await start();
    await using server = await udpPeer();
    const answers: Answer[] = [{ type: 'A', name: 'host.example', data: '10.0.0.9' }];
    const answering = server.next().then(({ data, from }) => {
      const { id, questions } = decode(data);
      return server.send(
        encode({ type: 'response', ...(id !== undefined && { id }), ...(questions && { questions }), answers }),
        from,
      );
    });
    const socket = createSocket({ type: 'udp4', nic: running.nic });
    const heard = once(socket, 'message');
    socket.send(
      encode({ type: 'query', id: 7, questions: [{ type: 'A', name: 'host.example' }] }),
      server.port,
      'localhost',
    );
    await answering;
    const [message] = (await heard) as [Buffer];
    expect(decode(message)).toMatchObject({ id: 7, answers: [{ data: '10.0.0.9' }] });
    await closed(socket);
  });
});

describe.each(tested.slice(1))('createSocket over $name', ({ start }) => {
  it('opens its port again after the modem has restarted', async () => {
    await using running = await start();
    await using peer = await udpPeer();
    const { nic, emulator } = running;
    const socket = createSocket({ type: 'udp4', nic });
    const errors: unknown[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.send('before', peer.port, '127.0.0.1');
    expect(String((await peer.next()).data)).toBe('before');
    emulator?.fault({ kind: 'reset' });
    await turnUntil(() => !isUp(nic), 10_000);
    await turnUntil(() => isUp(nic), 10_000);
    const heard = peer.next();
    const state = { isHeard: false };
    void heard.then(() => (state.isHeard = true));
    // Datagrams may be lost, so a program sends again.
    while (!state.isHeard) {
      await sent((callback) => socket.send('after', peer.port, '127.0.0.1', callback));
      await nextTurn();
    }
    expect([String((await heard).data), errors]).toEqual(['after', []]);
    await closed(socket);
  });

  it('says what it cannot do, and waits for a link', async () => {
    await using running = await start();
    const { nic } = running;
    const sockets = Array.from({ length: 6 }, () => createSocket({ type: 'udp4', nic }));
    const [first] = sockets;
    for (const socket of sockets.slice(0, 5)) socket.bind();
    await Promise.all(sockets.slice(0, 5).map((socket) => once(socket, 'listening')));
    expect(thrownBy(() => first?.addMembership('224.0.0.251'))).toBe('ENOPROTOOPT');
    const sixth = sockets[5]!;
    const listening = once(sixth, 'listening');
    sixth.bind();
    await closed(first!);
    await listening;
    await Promise.all(sockets.slice(1).map(closed));

    const failing = createSocket({ type: 'udp4', nic });
    failing.bind(5000, '10.9.9.9');
    const [error] = (await once(failing, 'error')) as [NodeJS.ErrnoException];
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind', address: '10.9.9.9', port: 5000 });
    expect(error.cause).toMatchObject({ code: 'EADDRNOTAVAIL' });
    failing.close();
  });

  it('closes with its interface', async () => {
    await using running = await start();
    const socket = createSocket({ type: 'udp4', nic: running.nic });
    socket.bind();
    await once(socket, 'listening');
    const gone = once(socket, 'close');
    await running[Symbol.asyncDispose]();
    await gone;
    expect(thrownBy(() => socket.address())).toBe('ERR_SOCKET_DGRAM_NOT_RUNNING');
  });
});

function isUp(nic: Nic): boolean {
  return (nic as Nic & { isconnected(): boolean }).isconnected();
}

describe.each(interfaces)('a socket for datagrams that is watched, on $name,', (tested) => {
  it('tells its calls, with the names of usocket', async () => {
    await using started = await tested.start();
    const { nic } = started;
    await using peer = await udpPeer();
    const told: string[] = [];
    const stage = () => nic.sockets?.details.map(({ kind, stage: at }) => `${kind} ${at}`);
    nic.sockets?.calls$.subscribe(({ name, stage: at, text }) => told.push([name, at, text].filter(Boolean).join(' ')));
    const socket = createSocket({ type: 'udp4', nic });
    expect(stage()).toEqual(['datagram unbound']);
    const answered = heardBy(socket);
    socket.send('hello', peer.port, '127.0.0.1');
    await peer.send('answer', (await peer.next()).from);
    await answered;
    expect(stage()).toEqual(['datagram open']);
    socket.connect(peer.port, '127.0.0.1');
    await once(socket, 'connect');
    await closed(socket);
    await turnUntil(() => told.at(-1) === 'close returns', 5_000);
    const to = `127.0.0.1:${peer.port}`;
    expect(told).toEqual([
      ...['bind begins 0.0.0.0:0', 'bind returns'],
      ...[`sendto begins 5 bytes to ${to}`, 'sendto returns 5 bytes', 'recvfrom begins'],
      ...[
        `recvfrom returns 6 bytes from ${to}`,
        `connect begins ${to}`,
        'connect returns',
        'close begins',
        'close returns',
      ],
    ]);
    expect(stage()).toEqual([]);
  });

  it('tells why a call has failed', async () => {
    await using started = await tested.start();
    const { nic } = started;
    await using taken = await udpPeer();
    const told: unknown[] = [];
    nic.sockets?.calls$.subscribe(({ name, stage, code }) => told.push([name, stage, code]));
    const socket = createSocket({ type: 'udp4', nic });
    const failed = once(socket, 'error');
    socket.bind(taken.port, '192.0.2.1');
    await failed;
    await closed(socket);
    expect(told.slice(0, 2)).toEqual([
      ['bind', 'begins', undefined],
      ['bind', 'fails', 'EADDRNOTAVAIL'],
    ]);
  });
});
