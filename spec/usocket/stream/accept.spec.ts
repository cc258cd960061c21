import { once } from 'node:events';
import { connect, type Socket as PeerSocket } from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, from, lastValueFrom, take, toArray } from 'rxjs';

import type { EmulatorOptions } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { POLLIN, type Socket } from '../../../src/usocket';
import { Poll } from '../../../src/usocket/select/uselect';
import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { interfaces, type RunningInterface, type TestedInterface } from '../../../harness/interfaces/interfaces';
import { restAt } from '../../../harness/peers/peer';
import { unusedUdpPort } from '../../../harness/peers/udpPeer';

const isModem = ({ name }: TestedInterface) => name !== 'the host';

/** A listening socket, and clients of this machine that connect to it. */
class Serving implements AsyncDisposable {
  readonly clients: PeerSocket[] = [];

  private constructor(
    readonly net: RunningInterface,
    readonly server: Socket,
  ) {}

  static async on(tested: TestedInterface, modem: EmulatorOptions = {}, backlog?: number): Promise<Serving> {
    const net = await tested.start({ ports: { 8080: 0 }, ...modem });
    const server = net.usocket.socket();
    await server.bind(isModem(tested) ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
    await server.listen(backlog);
    return new Serving(net, server);
  }

  async client(): Promise<PeerSocket> {
    // The port of this machine that stands in for the modem's is another one after a restart.
    const port = this.net.emulator?.state.server?.localPort ?? this.server.localAddress?.port ?? 0;
    const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    client.on('error', () => undefined);
    this.clients.push(client);
    await once(client, 'connect');
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.server.close();
    await this.net[Symbol.asyncDispose]();
  }
}

describe.each(interfaces)('bind(), listen() and accept(), over $name', (tested) => {
  it('gives a socket for the connection, and the address of its other end', async () => {
    await using serving = await Serving.on(tested);
    const client = await serving.client();
    const [conn, address] = await serving.server.accept();
    expect(address).toEqual(['127.0.0.1', client.localPort]);
    client.write('hello\n');
    expect(String(await conn.readline())).toBe('hello\n');
    await conn.sendall('good day');
    const [reply] = (await once(client, 'data')) as [Buffer];
    expect(String(reply)).toBe('good day');
    await conn.close();
  });

  it('keeps what the client sends before it is accepted', async () => {
    await using serving = await Serving.on(tested);
    const bytes = noise(3000);
    (await serving.client()).end(bytes);
    const [conn] = await serving.server.accept();
    expect((await conn.read())?.equals(bytes)).toBe(true);
    await conn.close();
  });

  it('serves several clients at the same time, each with its own bytes', async () => {
    await using serving = await Serving.on(tested);
    const contents = [noise(20_000), noise(3000), noise(9999)];
    const served = firstValueFrom(serving.server.connections$.pipe(take(3), toArray()));
    const received: Promise<Buffer>[] = [];
    for (const [index] of contents.entries()) {
      const client = await serving.client();
      received.push(restAt(client));
      client.write(Buffer.from([index]));
    }
    for (const conn of await served) {
      const [index] = await conn.recv(1);
      await conn.sendall(contents[index ?? 0] ?? '');
      await conn.close();
    }
    for (const [index, bytes] of (await Promise.all(received)).entries()) {
      expect(bytes.equals(contents[index] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it('keeps clients and their bytes until they are accepted, even with a small backlog', async () => {
    await using serving = await Serving.on(tested, {}, 1);
    const clients: PeerSocket[] = [];
    for (let index = 0; index < 5; index++) {
      const client = await serving.client();
      client.write(String(index));
      clients.push(client);
    }
    // A client that leaves while it waits: its bytes are there, and then the end.
    clients[2]?.end(' bye');
    const heard: string[] = [];
    for (const client of clients) {
      const answered = restAt(client);
      const [conn] = await serving.server.accept();
      const own = client === clients[2] ? await conn.read() : await conn.recv(1);
      heard.push(String(own));
      await conn.close();
      await answered;
    }
    expect(heard).toEqual(['0', '1', '2 bye', '3', '4']);
  });

  it('accepts in the order of the calls', async () => {
    await using serving = await Serving.on(tested);
    const accepted = [serving.server.accept(), serving.server.accept()];
    const first = await serving.client();
    const [[one, oneAddress]] = [await accepted[0]!];
    const second = await serving.client();
    const [other, otherAddress] = await accepted[1]!;
    expect([oneAddress[1], otherAddress[1]]).toEqual([first.localPort, second.localPort]);
    await one.close();
    await other.close();
  });

  it('is readable for uselect while a client waits', async () => {
    await using serving = await Serving.on(tested);
    const poller = new Poll();
    poller.register(serving.server, POLLIN);
    expect(await poller.poll(0)).toEqual([]);
    await serving.client();
    expect(await poller.poll()).toEqual([[serving.server, POLLIN]]);
    const [conn] = await serving.server.accept();
    expect(await poller.poll(0)).toEqual([]);
    await conn.close();
  });

  it('does not wait when the socket is non-blocking, and no longer than the time-out', async () => {
    await using serving = await Serving.on(tested);
    serving.server.setblocking(false);
    expect(await failureOf(serving.server.accept())).toMatchObject({ code: 'EAGAIN' });
    serving.server.settimeout(0.02);
    expect(await failureOf(serving.server.accept())).toMatchObject({ code: 'ETIMEDOUT' });
    await serving.client();
    serving.server.settimeout(null);
    const [conn] = await serving.server.accept();
    await conn.close();
  });

  it('lets close() end a waiting accept, and frees the port', async () => {
    await using serving = await Serving.on(tested);
    const waiting = failureOf(serving.server.accept());
    await serving.server.close();
    expect(await waiting).toMatchObject({ code: 'EBADF' });
    const again = serving.net.usocket.socket();
    await again.bind(isModem(tested) ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
    await again.listen();
    await again.close();
  });

  it('refuses calls in the wrong order, and a bad port', async () => {
    await using serving = await Serving.on(tested);
    const { usocket } = serving.net;
    const socket = usocket.socket();
    expect(await failureOf(socket.accept())).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(socket.listen())).toMatchObject({ code: 'EDESTADDRREQ' });
    expect(await failureOf(socket.bind(['0.0.0.0', 70_000]))).toMatchObject({ code: 'EINVAL' });
    await socket.bind(['0.0.0.0', 8081]);
    expect(await failureOf(socket.bind(['0.0.0.0', 8082]))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(serving.server.listen())).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(serving.server.recv(1))).toMatchObject({ code: 'ENOTCONN' });
  });
});

describe.each(interfaces.filter(isModem))('the limits of $name as a server', (tested) => {
  it('has one listening port, and says so', async () => {
    await using serving = await Serving.on(tested);
    const other = serving.net.usocket.socket();
    await other.bind(['0.0.0.0', 8081]);
    const failure = await failureOf(other.listen());
    expect(failure).toMatchObject({ code: 'EADDRINUSE' });
    expect(String(failure)).toContain('8080');
  });

  it('closes a connection that comes while it stops listening', async () => {
    await using serving = await Serving.on(tested, { latencies: { command: [500, 500] } });
    const { emulator } = serving.net;
    const arrived = firstValueFrom(emulator!.uart.rx$.pipe(filter((bytes) => String(bytes).includes(',CONNECT'))));
    const client = await serving.client();
    const rest = restAt(client);
    await arrived;
    // The modem has yet to be asked who it is.
    await serving.server.close();
    expect(await rest).toHaveLength(0);
    expect(emulator!.state.links).toEqual([]);
  });

  it('holds as many clients as it has links, and the next one when one of them has gone', async () => {
    await using serving = await Serving.on(tested);
    const answers: Promise<Buffer>[] = [];
    for (let clients = 0; clients < 5; clients++) answers.push(restAt(await serving.client()));
    const [first] = await serving.server.accept();
    const sixth = (await serving.client()).resume();
    // It is the modem that turns it away.
    await Promise.race([once(sixth, 'end'), once(sixth, 'close')]);
    await first.sendall('one');
    await first.close();
    expect(String(await answers.shift())).toBe('one');
    answers.push(restAt(await serving.client()));
    for (const answer of answers) {
      const [conn] = await serving.server.accept();
      await conn.sendall('next');
      await conn.close();
      expect(String(await answer)).toBe('next');
    }
  });

  it('accepts as many clients where an earlier program has set a limit', async () => {
    await using net = await tested.start({ ports: { 8080: 0 } });
    const { nic, usocket, emulator } = net;
    if (!(nic instanceof ESP8285)) throw new Error('no modem');
    await using socket = usocket.socket();
    await socket.bind(['', 8080]);
    // A command behind the driver's back stands for an earlier program.
    if (!emulator) throw new Error('no modem');
    const taken = firstValueFrom(emulator.uart.rx$.pipe(filter((bytes) => /OK|ERROR/.test(String(bytes)))));
    await lastValueFrom(from(emulator.uart.write(Buffer.from('AT+CIPSERVERMAXCONN=1\r\n'))), {
      defaultValue: undefined,
    });
    await taken;
    await socket.listen();
    const port = emulator.state.server?.localPort ?? 0;
    const conns: Socket[] = [];
    const answers: Promise<Buffer>[] = [];
    while (conns.length < 3) {
      const client = connect({ host: '127.0.0.1', port });
      client.on('error', () => undefined);
      answers.push(restAt(client));
      conns.push((await socket.accept())[0]);
    }
    for (const conn of conns) {
      await conn.sendall('welcome');
      await conn.close();
    }
    expect((await Promise.all(answers)).map(String)).toEqual(['welcome', 'welcome', 'welcome']);
  });

  it('listens on an address that it has', async () => {
    await using net = await tested.start({ ports: { 8080: 0 } });
    const { usocket, nic } = net;
    if (!(nic instanceof ESP8285)) throw new Error('no modem');
    const [address] = await nic.ifconfig();
    await using socket = usocket.socket();
    await socket.bind([address, 8080]);
    await socket.listen();
    expect(socket.localAddress).toEqual({ address, port: 8080 });
    await using datagrams = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    await datagrams.bind([address, await unusedUdpPort()]);
    await using others = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    const failure = await failureOf(others.bind(['192.0.2.77', 5000]));
    expect(failure).toMatchObject({ code: 'EADDRNOTAVAIL', errno: 99, syscall: 'bind' });
    expect(failure.message).toContain(address);
  });

  it('cannot choose a port or an address', async () => {
    await using net = await tested.start();
    for (const [address, code] of [
      [['0.0.0.0', 0], 'EINVAL'],
      [['127.0.0.1', 8080], 'EADDRNOTAVAIL'],
    ] as const) {
      const socket = net.usocket.socket();
      await socket.bind(address);
      expect(await failureOf(socket.listen())).toMatchObject({ code });
    }
  });

  it('listens again after a restart, and its connections fail', async () => {
    await using serving = await Serving.on(tested);
    await serving.client();
    const [lost] = await serving.server.accept();
    const failed = failureOf(lost.read());
    serving.net.emulator?.fault({ kind: 'reset' });
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
    await lost.close();
    await listensAgain(serving);
    await serving.client();
    const [conn] = await serving.server.accept();
    await conn.close();
  });
});

/** The modem has been told to listen, after a restart. */
async function listensAgain({ net: { nic, emulator } }: Serving): Promise<void> {
  // An answer to anything comes behind the set-up, and `listen` is the next thing said.
  await firstValueFrom(nic.resolve('127.0.0.1')).catch(() => undefined);
  while (!emulator?.state.server) await firstValueFrom(nic.resolve('127.0.0.1')).catch(() => undefined);
}
