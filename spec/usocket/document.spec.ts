/**
 * The document of the socket module, sentence by sentence, on the operating system's sockets and on every firmware. Its
 * headings are the titles here; what goes beyond it is specified beside this file, in `socket/`.
 */
import { once } from 'node:events';
import { connect as connectPeer } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { type Address, DatagramSocket, OSError, Socket } from '../../src/usocket';
import { POLLIN } from '../../src/usocket/select/poll';
import { Poll } from '../../src/usocket/select/uselect';
import { noise } from '../../harness/peers/bytes';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces, type RunningInterface } from '../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt, until } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { udpPeer, unusedUdpPort } from '../../harness/peers/udpPeer';

describe.each(interfaces)('the socket document, over $name:', (tested) => {
  const { start } = tested;

  /** A socket that listens, on a port that this machine reaches. */
  async function listening(net: RunningInterface, backlog?: number) {
    const socket = net.usocket.socket();
    await socket.bind(net.emulator ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
    await socket.listen(backlog);
    const port = net.emulator?.state.server?.localPort ?? socket.localAddress?.port ?? 0;
    return { socket, port };
  }
  const startServing = () => start({ ports: { 8080: 0 } });

  describe('socket address format', () => {
    it('what getaddrinfo returns last is an address to connect to, for numeric hosts, too', async () => {
      await using net = await start();
      await using server = await tcpServer();
      await using socket = net.usocket.socket();
      const [info] = await net.usocket.getaddrinfo(...addressOf(server));
      await socket.connect(info.at(-1) as Address);
      expect(socket.remote).toEqual(server.endpoint);
    });

    it('the pair of a numeric IPv4 address and a port is a short form of it', async () => {
      await using net = await start();
      await using server = await tcpServer();
      await using socket = net.usocket.socket();
      await socket.connect(['127.0.0.1', server.endpoint.port]);
    });

    it('a domain name is no address: it is resolved with getaddrinfo first', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      const failure = await failureOf(socket.connect(['localhost', 80]));
      expect(failure).toMatchObject({ code: 'EINVAL' });
      expect(failure.message).toContain('getaddrinfo');
    });

    it.each([0, 65_536, 1.5, -1])('a port is an integer from 1 to 65535, not %d', async (port) => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(await failureOf(socket.connect(['127.0.0.1', port]))).toMatchObject({ code: 'EINVAL' });
    });

    it('IPv6 addresses are there or not, as the port has it: here they are refused by name', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      const address = ['2001:db8::1', 80, 0, 0] as unknown as Address;
      expect(await failureOf(socket.connect(address))).toMatchObject({ code: 'EAFNOSUPPORT' });
    });
  });

  describe('usocket.socket(af, type, proto)', () => {
    it('is of AF_INET, SOCK_STREAM and IPPROTO_TCP where nothing is said', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(socket).toBeInstanceOf(Socket);
    });

    it('takes the protocol that goes with the type', async () => {
      await using net = await start();
      const { AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_UDP } = net.usocket;
      await using stream = net.usocket.socket(AF_INET, SOCK_STREAM);
      await using datagrams = net.usocket.socket(AF_INET, SOCK_DGRAM);
      await using named = net.usocket.socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
      expect(stream).toBeInstanceOf(Socket);
      expect([datagrams, named].every((socket) => socket instanceof DatagramSocket)).toBe(true);
    });
  });

  describe('usocket.getaddrinfo(host, port, af, type, proto, flags)', () => {
    it('gives 5-tuples: family, type, proto, canonname, address', async () => {
      await using net = await start();
      const { AF_INET, SOCK_STREAM, IPPROTO_TCP } = net.usocket;
      const [first] = await net.usocket.getaddrinfo('127.0.0.1', 80);
      expect(first).toEqual([AF_INET, SOCK_STREAM, IPPROTO_TCP, '', ['127.0.0.1', 80]]);
    });

    it('gives all combinations where nothing, or zero, is said, and filters by type and protocol', async () => {
      await using net = await start();
      const { AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_UDP } = net.usocket;
      const typesOf = async (...filter: number[]) =>
        (await net.usocket.getaddrinfo('localhost', 80, ...filter)).map(([, type]) => type);
      expect(await typesOf()).toEqual([SOCK_STREAM, SOCK_DGRAM]);
      expect(await typesOf(0, 0, 0, 0)).toEqual([SOCK_STREAM, SOCK_DGRAM]);
      expect(await typesOf(AF_INET, SOCK_DGRAM)).toEqual([SOCK_DGRAM]);
      expect(await typesOf(0, 0, IPPROTO_UDP)).toEqual([SOCK_DGRAM]);
    });

    it('with SOCK_STREAM gives an address that a stream socket can connect to', async () => {
      await using net = await start();
      await using server = await tcpServer();
      const { port } = server.endpoint;
      await using socket = net.usocket.socket();
      const [info] = await net.usocket.getaddrinfo('localhost', port, 0, net.usocket.SOCK_STREAM);
      await socket.connect(info[4]);
    });

    it('fails with OSError itself, whose number, its first argument, is negative', async () => {
      await using net = await start();
      const failure = await failureOf(net.usocket.getaddrinfo('nobody.test', 80));
      expect(failure.constructor).toBe(OSError);
      expect(failure.args[0]).toBeLessThan(0);
      expect(failure.args[0]).toBe(failure.errno);
    });
  });

  describe('usocket.inet_ntop(af, bin_addr) and usocket.inet_pton(af, txt_addr)', () => {
    it('turn binary addresses into text, and text into binary addresses', async () => {
      await using net = await start();
      const { AF_INET, AF_INET6, inet_ntop, inet_pton } = net.usocket;
      expect(inet_ntop(AF_INET, Buffer.from('7f000001', 'hex'))).toBe('127.0.0.1');
      expect(inet_pton(AF_INET, '1.2.3.4')).toEqual(Buffer.from([1, 2, 3, 4]));
      expect(inet_ntop(AF_INET6, inet_pton(AF_INET6, '2001:db8::1'))).toBe('2001:db8::1');
    });
  });

  describe('constants', () => {
    it('name families, types, protocols, and the levels and names of options', async () => {
      await using net = await start();
      expect(Object.keys(net.usocket)).toEqual(
        expect.arrayContaining([
          ...['AF_INET', 'AF_INET6', 'SOCK_STREAM', 'SOCK_DGRAM', 'IPPROTO_UDP', 'IPPROTO_TCP'],
          ...['SOL_SOCKET', 'SO_REUSEADDR', 'SO_KEEPALIVE', 'SO_BROADCAST', 'SO_RCVTIMEO'],
        ]),
      );
    });
  });

  describe('socket.close()', () => {
    it('makes every later operation on the socket fail', async () => {
      await using pair = await connectedPair(tested);
      const { socket } = pair;
      await socket.close();
      const address: Address = ['127.0.0.1', 80];
      const calls = [
        socket.connect(address),
        socket.bind(address),
        socket.listen(),
        socket.accept(),
        socket.send('x'),
        socket.sendall('x'),
        socket.write('x'),
        socket.sendto('x', address),
        socket.recv(1),
        socket.recvfrom(1),
        socket.read(),
        socket.readinto(Buffer.alloc(1)),
        socket.readline(),
        socket.setsockopt(1, 2, 1),
      ];
      for (const call of calls) expect(await failureOf(call)).toMatchObject({ code: 'EBADF' });
    });

    it('lets the other end receive EOF, behind all that was sent', async () => {
      await using pair = await connectedPair(tested);
      const rest = restAt(pair.peer);
      await pair.socket.sendall('the last words');
      await pair.socket.close();
      expect(String(await rest)).toBe('the last words');
    });
  });

  describe('socket.bind(address)', () => {
    it('gives the socket an address, which it must not have yet', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      await socket.bind(['0.0.0.0', 8080]);
      expect(socket.localAddress).toEqual({ address: '0.0.0.0', port: 8080 });
      expect(await failureOf(socket.bind(['0.0.0.0', 8081]))).toMatchObject({ code: 'EINVAL' });
    });
  });

  describe('socket.listen([backlog])', () => {
    it('lets connections come; a backlog below 0 counts as 0, and a usual one is there', async () => {
      await using net = await startServing();
      for (const backlog of [undefined, -1, 0, 3]) {
        const { socket, port } = await listening(net, backlog);
        const client = connectPeer(port, '127.0.0.1');
        await once(client, 'connect');
        const [conn] = await socket.accept();
        await conn.close();
        client.destroy();
        await socket.close();
      }
    });

    it('says how many the system may hold back; who can wait waits, and is served in its turn', async () => {
      await using net = await startServing();
      const { socket, port } = await listening(net, 1);
      // As many as a modem holds.
      const answers: Promise<Buffer>[] = [];
      for (let clients = 0; clients < 5; clients++) {
        const client = connectPeer(port, '127.0.0.1');
        await once(client, 'connect');
        answers.push(restAt(client));
      }
      for (const answer of answers) {
        const [conn] = await socket.accept();
        await conn.sendall('welcome');
        await conn.close();
        expect(String(await answer)).toBe('welcome');
      }
      await socket.close();
    });
  });

  describe('socket.accept()', () => {
    it('wants a socket that is bound and listens', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(await failureOf(socket.accept())).toMatchObject({ code: 'EINVAL' });
      await socket.bind(['0.0.0.0', 8080]);
      expect(await failureOf(socket.accept())).toMatchObject({ code: 'EINVAL' });
    });

    it('gives a new socket to send and receive on, and the address of the other end', async () => {
      await using net = await startServing();
      const { socket, port } = await listening(net);
      const client = connectPeer(port, '127.0.0.1');
      await once(client, 'connect');
      const [conn, address] = await socket.accept();
      expect(conn).not.toBe(socket);
      expect(address).toEqual(['127.0.0.1', client.localPort]);
      client.write('question');
      expect(String(await conn.recv(100))).toBe('question');
      const answer = restAt(client);
      await conn.sendall('answer');
      await conn.close();
      expect(String(await answer)).toBe('answer');
      await socket.close();
    });
  });

  describe('socket.connect(address)', () => {
    it('connects to a remote socket', async () => {
      await using pair = await connectedPair(tested);
      expect(pair.socket.remote).toEqual(pair.server.endpoint);
    });
  });

  describe('socket.send(bytes) and socket.sendall(bytes)', () => {
    it('want a connected socket', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(await failureOf(socket.send('x'))).toMatchObject({ code: 'ENOTCONN' });
      expect(await failureOf(socket.sendall('x'))).toMatchObject({ code: 'ENOTCONN' });
    });

    it('send gives the number of bytes sent, which may be fewer than there are', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(tested.maxSend + 300);
      const sent = await pair.socket.send(bytes);
      expect(sent).toBe(tested.maxSend);
      expect((await takeAt(pair.peer, sent)).equals(bytes.subarray(0, sent))).toBe(true);
    });

    it('sendall sends all, one chunk after another', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(9000);
      const received = takeAt(pair.peer, bytes.length);
      await pair.socket.sendall(bytes);
      expect((await received).equals(bytes)).toBe(true);
    });
  });

  describe('socket.recv(bufsize)', () => {
    it('gives what has come, at most bufsize bytes of it, and nothing at the end', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('hello');
      expect(String(await pair.socket.recv(2))).toBe('he');
      expect(String(await pair.socket.recv(4096))).toBe('llo');
      sayLast(pair.peer);
      expect(await pair.socket.recv(4096)).toHaveLength(0);
    });
  });

  describe('socket.sendto(bytes, address) and socket.recvfrom(bufsize)', () => {
    it('sendto takes the receiver with each call, so the socket should not be connected', async () => {
      await using net = await start();
      await using peer = await udpPeer();
      await using socket = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
      expect(await socket.sendto('hello', peer.address)).toBe(5);
      expect(String((await peer.next()).data)).toBe('hello');
      await using pair = await connectedPair(tested);
      const toOther = pair.socket.sendto('x', peer.address);
      expect(await failureOf(toOther)).toMatchObject({ code: 'EISCONN' });
    });

    it('recvfrom gives a pair: the bytes, and the address of the socket that sent them', async () => {
      await using net = await start();
      await using peer = await udpPeer();
      await using socket = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
      const port = await unusedUdpPort();
      await socket.bind(['0.0.0.0', port]);
      await peer.send('hello', port);
      expect(await socket.recvfrom(4096)).toEqual([Buffer.from('hello'), peer.address]);
    });

    it('recvfrom on a stream gives the address that the socket is connected to', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('hello');
      expect(await pair.socket.recvfrom(4096)).toEqual([Buffer.from('hello'), addressOf(pair.server)]);
    });
  });

  describe('socket.setsockopt(level, optname, value)', () => {
    it('takes an integer, or bytes', async () => {
      await using net = await start();
      const { SOL_SOCKET, SO_REUSEADDR } = net.usocket;
      await using socket = net.usocket.socket();
      await socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
      await socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, Buffer.from([1, 0, 0, 0]));
    });
  });

  describe('socket.settimeout(value) and socket.setblocking(flag)', () => {
    it('a time that is not zero ends later operations with OSError itself when it is over', async () => {
      await using pair = await connectedPair(tested);
      pair.socket.settimeout(0.02);
      const failure = await failureOf(pair.socket.read(10));
      expect(failure.constructor).toBe(OSError);
      expect(failure).toMatchObject({ code: 'ETIMEDOUT', errno: 110, args: [110] });
    });

    it.each([-1, NaN, Infinity, '1' as unknown as number])('a time is a float from 0 up, not %p', async (value) => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(() => socket.settimeout(value)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    });

    it.each([
      ['settimeout(0)', (socket: Socket) => socket.settimeout(0)],
      ['setblocking(False)', (socket: Socket) => socket.setblocking(false)],
    ])('%s makes the socket non-blocking', async (_call, unblock) => {
      await using pair = await connectedPair(tested);
      unblock(pair.socket);
      expect(await failureOf(pair.socket.recv(1))).toMatchObject({ code: 'EAGAIN' });
    });

    it.each([
      ['settimeout(None)', (socket: Socket) => socket.settimeout(null)],
      ['setblocking(True)', (socket: Socket) => socket.setblocking(true)],
    ])('%s makes the socket blocking', async (_call, block) => {
      await using pair = await connectedPair(tested);
      pair.socket.setblocking(false);
      block(pair.socket);
      const waiting = pair.socket.recv(10);
      pair.peer.write('late');
      expect(String(await waiting)).toBe('late');
    });

    it('uselect.poll waits for a time in milliseconds instead, and gives nothing when it is over', async () => {
      await using pair = await connectedPair(tested);
      const poller = new Poll();
      poller.register(pair.socket, POLLIN);
      expect(await poller.poll(20)).toEqual([]);
      pair.peer.write('ready');
      expect(await poller.poll(10_000)).toEqual([[pair.socket, POLLIN]]);
    });
  });

  describe('socket.makefile(mode, buffering)', () => {
    it("is for binary modes only: 'rb', 'wb' and 'rwb'", async () => {
      await using pair = await connectedPair(tested);
      for (const mode of ['rb', 'wb', 'rwb'] as const) pair.socket.makefile(mode);
      for (const mode of ['r', 'w', 'rt', 'a'] as unknown as 'rb'[]) {
        expect(() => pair.socket.makefile(mode)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      }
    });

    it('ignores buffering: what is written goes at once, what is not read stays in the socket', async () => {
      await using pair = await connectedPair(tested);
      const file = pair.socket.makefile('rwb', 4096);
      await file.write('out');
      expect(String(await takeAt(pair.peer, 3))).toBe('out');
      pair.peer.write('abcdef');
      expect(String(await file.read(2))).toBe('ab');
      expect(String(await pair.socket.read(4))).toBe('cdef');
    });

    it('gives a file whose close also closes the socket', async () => {
      await using pair = await connectedPair(tested);
      await pair.socket.makefile().close();
      expect(await failureOf(pair.socket.recv(1))).toMatchObject({ code: 'EBADF' });
    });
  });

  describe('socket.read([size])', () => {
    it('gives size bytes: there are no short reads', async () => {
      await using pair = await connectedPair(tested);
      const reading = pair.socket.read(6);
      pair.peer.write('abc');
      pair.peer.write('defg');
      expect(String(await reading)).toBe('abcdef');
    });

    it('without size gives all until EOF, so it does not return before the connection is closed', async () => {
      await using pair = await connectedPair(tested);
      let isOver = false;
      const reading = pair.socket.read().finally(() => (isOver = true));
      pair.peer.write('abc');
      await failureOf(pair.socket.connect(addressOf(pair.server)));
      expect(isOver).toBe(false);
      sayLast(pair.peer, 'def');
      expect(String(await reading)).toBe('abcdef');
    });

    it('gives less on a non-blocking socket', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('abc');
      await until(pair.socket.readiness$, ({ readable }) => readable);
      pair.socket.setblocking(false);
      expect(String(await pair.socket.read(10))).toBe('abc');
      expect(await pair.socket.read(10)).toBeNull();
    });
  });

  describe('socket.readinto(buf[, nbytes])', () => {
    it('stores at most nbytes bytes, at most the length of the buffer, without short reads; gives their number', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('abcdefghij');
      const buffer = Buffer.alloc(4);
      expect(await pair.socket.readinto(buffer, 3)).toBe(3);
      expect(buffer).toEqual(Buffer.from('abc\0'));
      expect(await pair.socket.readinto(buffer)).toBe(4);
      expect(String(buffer)).toBe('defg');
      sayLast(pair.peer);
      expect(await pair.socket.readinto(buffer, 100)).toBe(3);
    });
  });

  describe('socket.readline()', () => {
    it('gives a line that ends in a newline', async () => {
      await using pair = await connectedPair(tested);
      sayLast(pair.peer, 'one\ntwo\r\nrest');
      const lines = [await pair.socket.readline(), await pair.socket.readline(), await pair.socket.readline()];
      expect(lines.map(String)).toEqual(['one\n', 'two\r\n', 'rest']);
    });
  });

  describe('socket.write(buf)', () => {
    it('writes all and gives their number: there are no short writes', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(9000);
      const received = takeAt(pair.peer, bytes.length);
      expect(await pair.socket.write(bytes)).toBe(9000);
      expect((await received).equals(bytes)).toBe(true);
    });

    it('gives less than the length on a non-blocking socket, where not all fits', async () => {
      await using pair = await connectedPair(tested);
      pair.socket.setblocking(false);
      const written = await pair.socket.write(noise(9000));
      expect(written).toBeGreaterThan(0);
      expect(written).toBeLessThan(9000);
      expect(await pair.socket.write('more')).toBeNull();
      await takeAt(pair.peer, written ?? 0);
    });
  });

  describe('exception usocket.error', () => {
    it('is OSError', async () => {
      await using net = await start();
      expect(net.usocket.error).toBe(OSError);
    });
  });
});
