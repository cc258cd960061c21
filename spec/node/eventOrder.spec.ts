import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { takeAt } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { nextTurn } from '../../harness/time/turns';
import { connected, opened } from './support/connected';
import { closed, errorOf, eventsOf } from './support/eventLog';
import { allSockets } from './support/sockets';

const host = '127.0.0.1';

describe.each(allSockets)('the order of events, on $name:', (tested) => {
  it('the peer ends', async () => {
    await using pair = await connected(tested);
    const { socket, peer, log } = pair;
    peer.resume().end('hello');
    await closed(socket);
    expect(log).toEqual([...opened, 'data open', 'end writeOnly', 'finish closed', 'close closed false']);
  });

  it('this end ends, and the peer answers after that', async () => {
    await using pair = await connected(tested);
    const { socket, peer, log } = pair;
    const told: string[] = [];
    socket.end('question', () => told.push(`callback of end, ${socket.readyState}`));
    await Promise.all([once(socket, 'finish'), once(peer.resume(), 'data')]);
    peer.end('answer');
    await closed(socket);
    expect(log).toEqual([...opened, 'finish readOnly', 'data readOnly', 'end closed', 'close closed false']);
    expect(told).toEqual(['callback of end, readOnly']);
  });

  it('the peer ends, and this end stays half open', async () => {
    await using pair = await connected(tested, { allowHalfOpen: true });
    const { socket, peer, log } = pair;
    peer.resume().end();
    socket.resume();
    await once(socket, 'end');
    await nextTurn();
    expect(socket.readyState).toBe('writeOnly');
    socket.end();
    await closed(socket);
    expect(log).toEqual([...opened, 'end writeOnly', 'finish closed', 'close closed false']);
  });

  it('nobody listens', async () => {
    await using sockets = await tested.start();
    const port = await unusedPort();
    const socket = sockets.connect({ host, port });
    const log = eventsOf(socket);
    const [error] = await Promise.all([errorOf(socket), closed(socket)]);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: host, port });
    expect(error.errno).toBeLessThan(0);
    expect(error.message).toBe(`connect ECONNREFUSED ${host}:${port}`);
    expect(log).toEqual([
      'connectionAttempt opening',
      'connectionAttemptFailed open',
      'error closed ECONNREFUSED',
      'close closed true',
    ]);
  });

  it('port 0', async () => {
    await using sockets = await tested.start();
    const socket = sockets.connect({ host, port: 0 });
    const [error] = await Promise.all([errorOf(socket), closed(socket)]);
    expect(['ECONNREFUSED', 'EADDRNOTAVAIL']).toContain(error.code);
    expect(error.syscall).toBe('connect');
  });

  it('a name is looked up', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const socket = sockets.connect({ host: 'localhost', port: server.endpoint.port, family: 4 });
    const log = eventsOf(socket);
    await Promise.all([once(socket, 'ready'), server.accept()]);
    socket.destroy();
    await closed(socket);
    expect(log).toEqual(['lookup opening', ...opened, 'close closed false']);
  });

  it('the option lookup answers', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const asked: string[] = [];
    const socket = sockets.connect({
      host: 'device.test',
      port: server.endpoint.port,
      family: 4,
      lookup: (name, _options, callback) => {
        asked.push(name);
        setImmediate(() => callback(null, host, 4));
      },
    });
    const log = eventsOf(socket);
    await Promise.all([once(socket, 'ready'), server.accept()]);
    socket.destroy();
    await closed(socket);
    expect(asked).toEqual(['device.test']);
    expect(log).toEqual(['lookup opening', ...opened, 'close closed false']);
  });

  it('the name is not known', async () => {
    await using sockets = await tested.start();
    const lookup = tested.isOurs
      ? {}
      : {
          lookup: (_name: string, _options: object, callback: (error: Error, address: string) => void) => {
            const error = new Error('getaddrinfo ENOTFOUND device.invalid');
            setImmediate(() => callback(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), ''));
          },
        };
    const socket = sockets.connect({ host: 'device.invalid', port: 80, family: 4, ...lookup });
    const log = eventsOf(socket);
    const [error] = await Promise.all([errorOf(socket), closed(socket)]);
    expect(error).toMatchObject({ code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    expect(error.message).toBe('getaddrinfo ENOTFOUND device.invalid');
    expect(log).toEqual(['lookup opening', 'error closed ENOTFOUND', 'close closed true']);
  });

  it('it is destroyed while it connects', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const socket = sockets.connect({ host, port: server.endpoint.port });
    const log = eventsOf(socket);
    const failures: unknown[] = [];
    socket.write('never sent', (error) => failures.push(error));
    socket.on('connectionAttempt', () => process.nextTick(() => socket.destroy()));
    await closed(socket);
    expect(log).toEqual(['connectionAttempt opening', 'close closed false']);
    expect(failures).toMatchObject([{ code: 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION' }]);
  });

  it('it is destroyed with an error', async () => {
    await using pair = await connected(tested);
    const { socket, log } = pair;
    socket.destroy(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
    await closed(socket);
    expect(log).toEqual([...opened, 'error closed ENOUGH', 'close closed true']);
  });

  it('it is destroyed when the last write is done', async () => {
    await using pair = await connected(tested);
    const { socket, peer, log } = pair;
    socket.write('last');
    socket.destroySoon();
    expect(socket.readyState).toBe('readOnly');
    await Promise.all([closed(socket), once(peer.resume(), 'end')]);
    expect(log).toEqual([...opened, 'finish readOnly', 'close closed false']);
  });

  it('it is written to before it is connected', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const told: string[] = [];
    const socket = sockets.connect({ host, port: server.endpoint.port }, () => told.push('listener'));
    socket.on('connect', () => told.push('connect'));
    socket.write('one', () => told.push('one written'));
    socket.write('two', () => told.push('two written'));
    expect([socket.bytesWritten, socket.pending, socket.connecting]).toEqual([6, true, true]);
    socket.end();
    const [peer] = await Promise.all([server.accept(), once(socket, 'finish')]);
    expect(told).toEqual(['listener', 'connect', 'one written', 'two written']);
    expect(String(await takeAt(peer, 6))).toBe('onetwo');
    socket.destroy();
    await closed(socket);
  });

  it('the peer resets', async () => {
    await using pair = await connected(tested);
    const { socket, peer, log } = pair;
    const failures: NodeJS.ErrnoException[] = [];
    socket.on('error', (error) => failures.push(error)).resume();
    peer.resetAndDestroy();
    await closed(socket);
    if (tested.firmware) {
      // A modem says `CLOSED`, whether the peer ends or resets.
      expect(log).toEqual([...opened, 'end writeOnly', 'finish closed', 'close closed false']);
    } else {
      expect(log).toEqual([...opened, 'error closed ECONNRESET', 'close closed true']);
      expect(failures).toMatchObject([{ code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' }]);
    }
  });
});
