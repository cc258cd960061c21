import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, toArray, takeWhile } from 'rxjs';

import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces, virtualModem } from '../../../harness/interfaces/interfaces';
import { sayLast, until } from '../../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';

describe.each(interfaces)('connect(), over $name', (tested) => {
  const { start } = tested;

  it('connects to the peer', async () => {
    await using pair = await connectedPair(tested);
    const { address, port } = pair.server.endpoint;
    expect(pair.socket.remote).toEqual({ address, port });
    expect(await firstValueFrom(pair.socket.state$)).toBe('connected');
  });

  it('fails with ECONNREFUSED where nothing listens, and says where', async () => {
    await using net = await start();
    await using socket = net.usocket.socket();
    const port = await unusedPort();
    const error = await failureOf(socket.connect(['127.0.0.1', port]));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', errno: 111, syscall: 'connect' });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(await firstValueFrom(socket.state$)).toBe('unconnected');
  });

  it('can be tried again after a failure', async () => {
    await using net = await start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    await failureOf(socket.connect(['127.0.0.1', await unusedPort()]));
    await socket.connect(addressOf(server));
    await socket.sendall('hello');
    expect(await firstValueFrom(socket.state$)).toBe('connected');
  });

  it('fails with EISCONN the second time, and leaves the connection as it was', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer, server } = pair;
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EISCONN', errno: 106 });
    sayLast(peer, 'still here');
    expect(String(await socket.read())).toBe('still here');
  });

  it('fails with EALREADY while another attempt is under way', async () => {
    await using net = await start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    const first = socket.connect(addressOf(server));
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EALREADY', errno: 114 });
    await first;
  });

  it('fails with EINPROGRESS on a non-blocking socket, which becomes writable when it is connected', async () => {
    await using net = await start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    socket.setblocking(false);
    const states = firstValueFrom(
      socket.state$.pipe(
        takeWhile((state) => state !== 'connected', true),
        toArray(),
      ),
    );
    expect((await firstValueFrom(socket.readiness$)).writable).toBe(false);
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EINPROGRESS', errno: 115 });
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EALREADY' });
    const ready = await until(socket.readiness$, ({ writable }) => writable);
    expect(ready).toEqual({ readable: false, writable: true, hangup: false, error: false });
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EISCONN' });
    expect(await states).toEqual(['unconnected', 'connecting', 'connected']);
  });

  it('tells the failure of a non-blocking attempt once, to the next call', async () => {
    await using net = await start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    socket.setblocking(false);
    const nowhere = ['127.0.0.1', await unusedPort()] as const;
    expect(await failureOf(socket.connect(nowhere))).toMatchObject({ code: 'EINPROGRESS' });
    expect(await until(socket.readiness$, ({ error }) => error)).toMatchObject({ writable: false });
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'ECONNREFUSED' });
    expect((await firstValueFrom(socket.readiness$)).error).toBe(false);
    expect(await failureOf(socket.connect(addressOf(server)))).toMatchObject({ code: 'EINPROGRESS' });
    await until(socket.readiness$, ({ writable }) => writable);
  });

  it.each(['data$', 'lines$'] as const)('tells the failure of a non-blocking attempt to %s, too', async (stream) => {
    await using net = await start();
    await using socket = net.usocket.socket();
    socket.setblocking(false);
    const nowhere = ['127.0.0.1', await unusedPort()] as const;
    expect(await failureOf(socket.connect(nowhere))).toMatchObject({ code: 'EINPROGRESS' });
    await until(socket.readiness$, ({ error }) => error);
    expect(await failureOf(firstValueFrom(socket[stream]))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await failureOf(firstValueFrom(socket[stream]))).toMatchObject({ code: 'ENOTCONN' });
  });

  it('does nothing before it is subscribed to, and stops when it is unsubscribed from', async () => {
    await using net = await start();
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    const connecting$ = socket.connect$(addressOf(server));
    expect(await firstValueFrom(socket.state$)).toBe('unconnected');
    connecting$.subscribe().unsubscribe();
    expect(await firstValueFrom(socket.state$)).toBe('unconnected');
    await firstValueFrom(connecting$);
    expect(await firstValueFrom(socket.state$)).toBe('connected');
  });

  it('ends with EBADF when the socket is closed meanwhile', async () => {
    await using net = await start();
    await using server = await tcpServer();
    const socket = net.usocket.socket();
    const connecting = failureOf(socket.connect(addressOf(server)));
    await socket.close();
    expect(await connecting).toMatchObject({ code: 'EBADF', errno: 9, syscall: 'connect' });
  });

  it.each(['send', 'sendall', 'write'] as const)('must come before %s', async (method) => {
    await using net = await start();
    await using socket = net.usocket.socket();
    expect(await failureOf(socket[method]('hello'))).toMatchObject({
      code: 'ENOTCONN',
      errno: 107,
      syscall: method,
    });
  });

  it('must come before any read', async () => {
    await using net = await start();
    await using socket = net.usocket.socket();
    const reads = {
      recv: () => socket.recv(10),
      read: () => socket.read(10),
      readinto: () => socket.readinto(Buffer.alloc(10)),
      readline: () => socket.readline(),
    };
    for (const blocking of [true, false]) {
      socket.setblocking(blocking);
      for (const [syscall, read] of Object.entries(reads))
        expect(await failureOf(read())).toMatchObject({ code: 'ENOTCONN', syscall });
    }
    expect(await failureOf(socket.data$)).toMatchObject({ code: 'ENOTCONN' });
    expect(await failureOf(socket.lines$)).toMatchObject({ code: 'ENOTCONN' });
  });
});

// The operating system may say at once that there is no way to a host, so these are the modem's alone.
describe.each([
  virtualModem('AT 1.5', { firmware: '1.5' }),
  virtualModem('AT 1.7.4', { firmware: '1.7.4' }),
  virtualModem('ESP-AT 2.2.2', { firmware: '2.2.2' }),
])('connect() to a host that does not answer, over a modem with $name', ({ start }) => {
  it('fails with ETIMEDOUT after the time-out, and other sockets go on when the modem is free again', async () => {
    await using net = await start({ connectTimeout: 400 });
    await using server = await tcpServer();
    await using socket = net.usocket.socket();
    socket.settimeout(0.05);
    const begun = performance.now();
    const error = await failureOf(socket.connect(['192.0.2.1', 80]));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', errno: 110, syscall: 'connect' });
    expect(error.message).toContain('192.0.2.1:80');
    expect(performance.now() - begun).toBeLessThan(350);
    await using other = net.usocket.socket();
    await other.connect(addressOf(server));
    await socket.connect(addressOf(server));
  });

  it('fails without a time-out, too, when the modem gives up', async () => {
    await using net = await start({ connectTimeout: 100 });
    await using socket = net.usocket.socket();
    expect((await failureOf(socket.connect(['192.0.2.1', 80]))).code).toMatch(/ETIMEDOUT|ECONNREFUSED/);
  });
});

describe.each(interfaces)('a socket that has been bound, over $name', ({ start }) => {
  it('connects where it is bound to any address, and fails with EADDRNOTAVAIL where it is bound to a certain one', async () => {
    await using net = await start();
    await using server = await tcpServer();
    await using any = net.usocket.socket();
    await any.bind(['0.0.0.0', 0]);
    await any.connect(addressOf(server));
    await using bound = net.usocket.socket();
    await bound.bind(['0.0.0.0', 4321]);
    expect(await failureOf(bound.connect(addressOf(server)))).toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('fails with EISCONN when it listens', async () => {
    await using net = await start({ ports: { 8080: 0 } });
    await using server = await tcpServer();
    await using listening = net.usocket.socket();
    await listening.bind(net.emulator ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
    await listening.listen();
    expect(await failureOf(listening.connect(addressOf(server)))).toMatchObject({ code: 'EISCONN' });
  });
});
