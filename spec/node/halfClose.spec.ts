import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { restAt, takeAt } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { yieldWhenIdle } from '../../src/node/sockets/nicSocket';
import { connected, opened } from './support/connected';
import { closed, errorOf } from './support/eventLog';
import { ourSockets } from './support/sockets';

const host = '127.0.0.1';
const [, ...overModems] = ourSockets;

describe.each(ourSockets)('a connection whose end has been ended, on $name,', (tested) => {
  it('is closed when the peer has been silent for the time', async () => {
    await using pair = await connected(tested, { halfCloseTimeout: 30 });
    const { socket, peer, log } = pair;
    socket.resume().end('question');
    const [question] = await Promise.all([restAt(peer), closed(socket)]);
    expect(String(question)).toBe('question');
    expect(log).toEqual([...opened, 'finish readOnly', 'end closed', 'close closed false']);
  });

  it('stays open while the peer goes on answering', async () => {
    await using pair = await connected(tested, { halfCloseTimeout: 200 });
    const { socket, peer } = pair;
    socket.end();
    await once(socket, 'finish');
    for (const piece of ['1', '2', '3']) {
      const heard = once(socket, 'data');
      peer.write(piece);
      expect(String((await heard)[0])).toBe(piece);
    }
    peer.end();
    await once(socket, 'end');
  });
});

describe.each(overModems)('the five links, on $name,', (tested) => {
  it.concurrent('are waited for, and a half-closed connection is given up first', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const open = async () => {
      const socket = sockets.connect({ host, port });
      await Promise.all([once(socket, 'connect'), server.accept()]);
      return socket;
    };
    const [halfClosed, ...others] = [await open(), await open(), await open(), await open(), await open()];
    halfClosed.end();
    halfClosed.resume();
    const sixth = sockets.connect({ host, port });
    const abandoned = sockets.connect({ host, port });
    const refused = sockets.connect({ host, port, linkTimeout: 20 });
    abandoned.destroy();
    // It waits for its turn, too.
    const [error] = await Promise.all([errorOf(refused), closed(refused)]);
    expect(error).toMatchObject({ code: 'EMFILE', syscall: 'connect', address: host, port });
    expect(String(error.cause)).toContain('have been in use for 0.02 s');
    await Promise.all([closed(halfClosed), once(sixth, 'connect')]);
    for (const socket of [sixth, ...others]) socket.destroy();
  });

  it.concurrent(
    'are waited for, and a connection that is kept and idle is given up, not one whose peer has to answer',
    async () => {
      await using sockets = await tested.start();
      await using server = await tcpServer();
      const { port } = server.endpoint;
      const open = async () => {
        const socket = sockets.connect({ host, port });
        yieldWhenIdle(socket, socket);
        const [peer] = await Promise.all([server.accept(), once(socket, 'connect')]);
        return { socket, peer };
      };
      const asking = await open();
      asking.socket.write('question');
      await takeAt(asking.peer, 8);
      asking.socket.unref();
      const idle = await open();
      idle.socket.write('question');
      idle.peer.write('answer');
      await once(idle.socket, 'data');
      idle.socket.unref();
      const others = [await open(), await open(), await open()];
      const sixth = await open();
      expect([idle.socket.destroyed, asking.socket.destroyed]).toEqual([true, false]);
      asking.peer.write('answer');
      expect(String((await once(asking.socket, 'data'))[0])).toBe('answer');
      for (const { socket } of [asking, sixth, ...others]) socket.destroy();
    },
  );
});
