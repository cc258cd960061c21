import { once } from 'node:events';
import { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { describe, expect, it } from '@jest/globals';

import { noise } from '../../harness/peers/bytes';
import { restAt, takeAt } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { connected, opened } from './support/connected';
import { closed, errorOf, eventsOf } from './support/eventLog';
import { allSockets, ourSockets } from './support/sockets';

const host = '127.0.0.1';

describe.each(allSockets)('a socket, on $name,', (tested) => {
  it('is a net.Socket, and shows its state at each step', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const socket = sockets.connect({ host, port });
    expect(socket).toBeInstanceOf(Socket);
    const state = () => [socket.connecting, socket.pending, socket.readyState, socket.destroyed];
    expect(state()).toEqual([true, true, 'opening', false]);
    const [peer] = await Promise.all([server.accept(), once(socket, 'connect')]);
    expect(state()).toEqual([false, false, 'open', false]);
    expect([socket.remoteAddress, socket.remotePort, socket.remoteFamily]).toEqual([host, port, 'IPv4']);
    expect(socket.address()).toEqual({ address: socket.localAddress, port: socket.localPort, family: 'IPv4' });
    if (!tested.firmware) expect([socket.localAddress, socket.localPort]).toEqual([host, peer.remotePort]);
    socket.write('four');
    await takeAt(peer, 4);
    peer.write('three');
    await once(socket, 'data');
    expect([socket.bytesRead, socket.bytesWritten, Reflect.get(socket, 'bufferSize')]).toEqual([5, 4, 0]);
    socket.destroy();
    await closed(socket);
    expect(state()).toEqual([false, true, 'closed', true]);
    expect([socket.bytesRead, socket.bytesWritten, socket.remoteAddress]).toEqual([5, 4, host]);
  });

  it('takes its settings before, while and after it connects', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const set = (socket: Socket) =>
      socket
        .setNoDelay()
        .setNoDelay(false)
        .setNoDelay(true)
        .setKeepAlive(true, 10_000)
        .setKeepAlive(false)
        .ref()
        .unref()
        .ref();
    const socket = sockets.connect({
      host,
      port: server.endpoint.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 5000,
    });
    set(socket);
    const [peer] = await Promise.all([server.accept(), once(socket, 'connect')]);
    set(socket);
    peer.end('still alive');
    expect(String(await restAt(socket))).toBe('still alive');
    set(socket);
    await closed(socket);
    expect(set(socket)).toBe(socket);
  });

  it('tells that nothing has been heard for a time, and stays open', async () => {
    await using pair = await connected(tested, { timeout: 20_000 });
    const { socket, peer, log } = pair;
    expect(socket.timeout).toBe(20_000);
    socket.setTimeout(20);
    await once(socket, 'timeout');
    expect(log).toEqual([...opened, 'timeout open']);
    socket.setTimeout(0);
    peer.end('late');
    expect(String(await restAt(socket))).toBe('late');
  });

  it('holds a writer back, and tells when it may go on', async () => {
    await using pair = await connected(tested, { writableHighWaterMark: 1000 });
    const { socket, peer, log } = pair;
    const bytes = noise(5_000);
    const received = takeAt(peer, bytes.length);
    expect(socket.write(bytes.subarray(0, 500))).toBe(true);
    // The operating system takes them at once.
    expect(socket.write(bytes.subarray(500))).toBe(!tested.isOurs);
    if (tested.isOurs) {
      expect(socket.writableLength).toBe(5_000);
      await once(socket, 'drain');
      expect(log).toEqual([...opened, 'drain open']);
    }
    expect(socket.writableLength).toBe(0);
    expect((await received).equals(bytes)).toBe(true);
  });

  it('hands over nothing while it is paused', async () => {
    await using pair = await connected(tested, { noteData: false });
    const { socket, peer } = pair;
    const chunks: string[] = [];
    socket.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    peer.write('one');
    await once(socket, 'data');
    socket.pause();
    peer.end('two');
    await once(peer, 'finish');
    expect([chunks.join(''), socket.isPaused()]).toEqual(['one', true]);
    socket.resume();
    await once(socket, 'end');
    expect(chunks.join('')).toBe('onetwo');
  });

  it('connects again after it has closed', async () => {
    await using pair = await connected(tested);
    await using server = await tcpServer();
    const { socket } = pair;
    socket.destroy();
    await closed(socket);
    socket.connect({ host, port: server.endpoint.port });
    const [peer] = await Promise.all([server.accept(), once(socket, 'connect')]);
    socket.write('again');
    expect(String(await takeAt(peer, 5))).toBe('again');
    peer.end('and again');
    expect(String(await once(socket, 'data'))).toBe('and again');
    expect(socket.remotePort).toBe(server.endpoint.port);
  });

  it('is aborted by a signal, before and after it is connected', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const early = sockets.connect({ host, port, signal: AbortSignal.abort() });
    const [error] = await Promise.all([errorOf(early), closed(early)]);
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    // `net.Socket` connects in spite of it.
    early.destroy();
    const controller = new AbortController();
    const late = sockets.connect({ host, port, signal: controller.signal });
    const log = eventsOf(late);
    await Promise.all([server.accept(), once(late, 'ready')]);
    controller.abort();
    await closed(late);
    expect(log).toEqual([...opened, 'error closed ABORT_ERR', 'close closed true']);
  });

  it('refuses to be written to after its end', async () => {
    await using pair = await connected(tested);
    const { socket, log } = pair;
    socket.end();
    const failures: unknown[] = [];
    socket.write('too late', (error) => failures.push(error));
    await closed(socket);
    expect(failures).toMatchObject([{ code: 'ERR_STREAM_WRITE_AFTER_END' }]);
    expect(log.slice(-2)).toEqual(['error closed ERR_STREAM_WRITE_AFTER_END', 'close closed true']);
  });

  it('resets its connection', async () => {
    await using pair = await connected(tested);
    const { socket, peer, log } = pair;
    const peerFailed = errorOf(peer);
    const peerClosed = closed(peer.resume());
    peer.on('end', () => peer.end());
    socket.resetAndDestroy();
    await Promise.all([closed(socket), peerClosed]);
    expect(log).toEqual([...opened, 'close closed false']);
    // AT 1.5 cannot reset a connection, and ends it.
    if (tested.firmware !== '1.5') expect((await peerFailed).code).toBe('ECONNRESET');
  });

  it('gives its bytes to a buffer of the program', async () => {
    const buffer = Buffer.alloc(4);
    const pieces: string[] = [];
    const onread = { buffer, callback: (length: number) => pieces.push(buffer.toString('utf8', 0, length)) > 0 };
    await using pair = await connected(tested, { onread });
    pair.peer.end('hello, world');
    await closed(pair.socket);
    expect(pieces.join('')).toBe('hello, world');
    expect(pieces.every(({ length }) => length <= 4)).toBe(true);
  });

  it('carries streams of other kinds in both directions', async () => {
    await using pair = await connected(tested, { noteData: false });
    const { socket, peer } = pair;
    const up = noise(6_000);
    const down = noise(6_001);
    peer.write(down);
    const [sent, received] = await Promise.all([
      takeAt(peer, up.length).finally(() => peer.end()),
      restAt(socket),
      pipeline([up.subarray(0, 1), up.subarray(1)], socket),
    ]);
    expect([sent.equals(up), received.equals(down)]).toEqual([true, true]);
  });
});

describe.each(allSockets)('a socket whose peer ends in the middle of a long write, on $name,', (tested) => {
  it('can read what the peer has said before', async () => {
    await using pair = await connected(tested, { noteData: false });
    const { socket, peer } = pair;
    const written = new Promise((resolve) => socket.write(noise(4_000), resolve));
    await takeAt(peer, 1_000);
    peer.end('413 too long');
    expect(String(await restAt(socket))).toBe('413 too long');
    expect(await written).toBeFalsy();
  });
});

// A `net.Socket` whose arguments are wrong leaves its handle open.
describe.each(ourSockets)('a socket, on $name,', (tested) => {
  it('fails as net.Socket does where the arguments are wrong', async () => {
    await using sockets = await tested.start();
    const code = (options: object) => {
      try {
        sockets.connect(options as never);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
      return undefined;
    };
    expect(code({})).toBe('ERR_MISSING_ARGS');
    expect(code({ port: 65_536 })).toBe('ERR_SOCKET_BAD_PORT');
    expect(code({ port: 80, localAddress: 'here' })).toBe('ERR_INVALID_IP_ADDRESS');
    expect(code({ port: 80, host: 'device.test', lookup: 'dns' })).toBe('ERR_INVALID_ARG_TYPE');
  });
});
