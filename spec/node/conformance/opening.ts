import { once } from 'node:events';
import { Socket } from 'node:net';

import { expect } from '@jest/globals';

import { takeAt } from '../../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { opened } from '../support/connected';
import { closed, errorOf } from '../support/eventLog';
import { host, type Situation } from './situation';

/** How a connection begins, and how it does not. */
export const opening: readonly Situation[] = [
  {
    name: 'it connects to an address',
    async play(stage) {
      const { port } = stage;
      const socket = stage.connect({}, () => stage.note('the listener'));
      expect(socket).toBeInstanceOf(Socket);
      const state = () => [socket.connecting, socket.pending, socket.readyState, socket.destroyed];
      expect(state()).toEqual([true, true, 'opening', false]);
      const [peer] = await Promise.all([stage.accept(), once(socket, 'ready')]);
      expect(state()).toEqual([false, false, 'open', false]);
      expect([socket.remoteAddress, socket.remotePort, socket.remoteFamily]).toEqual([host, port, 'IPv4']);
      const { localAddress: address, localPort, localFamily: family } = socket;
      expect(socket.address()).toEqual({ address, port: localPort, family });
      expect(family).toBe('IPv4');
      if (!stage.tested.firmware) expect([address, localPort]).toEqual([host, peer.remotePort]);
      expect(socket.autoSelectFamilyAttemptedAddresses).toBeUndefined();
      socket.destroy();
      await closed(socket);
      expect(state()).toEqual([false, true, 'closed', true]);
      expect(socket.remoteAddress).toBe(host);
    },
    events: ['connectionAttempt opening', 'the listener', 'connect open', 'ready open', 'close closed false'],
  },
  {
    name: 'a name is looked up',
    async play(stage) {
      const socket = stage.connect({ host: 'localhost', family: 4 });
      await Promise.all([once(socket, 'ready'), stage.accept()]);
      socket.destroy();
      await closed(socket);
    },
    events: ['lookup opening', ...opened, 'close closed false'],
  },
  {
    name: 'the option lookup answers',
    async play(stage) {
      const socket = stage.connect({
        host: 'device.test',
        family: 4,
        lookup: (name, _options, callback) => {
          stage.note(`asked for ${name}`);
          setImmediate(() => callback(null, host, 4));
        },
      });
      await Promise.all([once(socket, 'ready'), stage.accept()]);
      socket.destroy();
      await closed(socket);
    },
    events: ['asked for device.test', 'lookup opening', ...opened, 'close closed false'],
  },
  {
    name: 'the name is not known',
    async play(stage) {
      const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND device.invalid'), {
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
      });
      const lookup = stage.tested.isOurs
        ? {}
        : {
            lookup: (_name: string, _options: object, callback: (error: Error, address: string) => void) => {
              setImmediate(() => callback(unknown, ''));
            },
          };
      const socket = stage.connect({ host: 'device.invalid', port: 80, family: 4, ...lookup });
      const [error] = await Promise.all([errorOf(socket), closed(socket)]);
      expect(error).toMatchObject({ code: 'ENOTFOUND', syscall: 'getaddrinfo' });
      expect(error.message).toBe('getaddrinfo ENOTFOUND device.invalid');
    },
    events: ['lookup opening', 'error closed ENOTFOUND', 'close closed true'],
  },
  {
    name: 'nobody listens',
    async play(stage) {
      const port = await unusedPort();
      const socket = stage.connect({ port });
      const [error] = await Promise.all([errorOf(socket), closed(socket)]);
      expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: host, port });
      expect(error.errno).toBeLessThan(0);
      expect(error.message).toBe(`connect ECONNREFUSED ${host}:${port}`);
    },
    events: [
      ...['connectionAttempt opening', 'connectionAttemptFailed open'],
      ...['error closed ECONNREFUSED', 'close closed true'],
    ],
  },
  {
    name: 'it is destroyed in the turn of connect',
    async play(stage) {
      const socket = stage.connect();
      socket.destroy();
      expect(socket.destroyed).toBe(true);
      await closed(socket);
    },
    events: ['close closed false'],
  },
  {
    name: 'it is destroyed while it connects',
    async play(stage) {
      const socket = stage.connect();
      socket.write('never sent', (error) => stage.note(`written: ${(error as NodeJS.ErrnoException).code}`));
      socket.on('connectionAttempt', () => process.nextTick(() => socket.destroy()));
      await closed(socket);
    },
    events: ['connectionAttempt opening', 'close closed false', 'written: ERR_SOCKET_CLOSED_BEFORE_CONNECTION'],
  },
  {
    name: 'it is destroyed with an error while it connects',
    async play(stage) {
      const socket = stage.connect();
      socket.on('connectionAttempt', () => {
        process.nextTick(() => socket.destroy(Object.assign(new Error('enough'), { code: 'ENOUGH' })));
      });
      await closed(socket);
    },
    events: ['connectionAttempt opening', 'error closed ENOUGH', 'close closed true'],
  },
  {
    name: 'it is written to and ended before it is connected',
    async play(stage) {
      const socket = stage.connect({}, () => stage.note('the listener'));
      socket.write('one', () => stage.note('one written'));
      socket.write('two', () => stage.note('two written'));
      expect([socket.bytesWritten, socket.pending, socket.connecting]).toEqual([6, true, true]);
      socket.end();
      const [peer] = await Promise.all([stage.accept(), once(socket, 'finish')]);
      expect(String(await takeAt(peer, 6))).toBe('onetwo');
      peer.end();
      await closed(socket);
    },
    events: [
      ...['connectionAttempt opening', 'the listener', 'connect readOnly', 'one written'],
      ...['ready readOnly', 'two written', 'finish readOnly', 'end closed', 'close closed false'],
    ],
    ours: {
      because: 'a write is done when the interface has sent it',
      events: [
        ...['connectionAttempt opening', 'the listener', 'connect readOnly', 'ready readOnly'],
        ...['one written', 'two written', 'finish readOnly', 'end closed', 'close closed false'],
      ],
    },
  },
  {
    name: 'it is paused before it is connected',
    async play(stage) {
      const socket = stage.connect();
      socket.pause();
      const [peer] = await Promise.all([stage.accept(), once(socket, 'ready')]);
      peer.resume().end('hello');
      await once(peer, 'finish');
      stage.note(`paused: ${socket.isPaused()}, ${socket.bytesRead} bytes`);
      socket.resume();
      await closed(socket);
    },
    events: [...opened, 'paused: true, 0 bytes', 'data open', 'end writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'its signal is aborted before',
    async play(stage) {
      const socket = stage.connect({ signal: AbortSignal.abort() });
      const [error] = await Promise.all([errorOf(socket), closed(socket)]);
      expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
      // `net.Socket` connects in spite of it.
      socket.destroy();
    },
    events: ['error opening ABORT_ERR', 'close opening undefined', 'connectionAttempt opening'],
    ours: { because: 'it does not connect', events: ['error writeOnly ABORT_ERR', 'close writeOnly undefined'] },
  },
  {
    name: 'its signal is aborted after it is connected',
    async play(stage) {
      const controller = new AbortController();
      const socket = stage.connect({ signal: controller.signal });
      await Promise.all([stage.accept(), once(socket, 'ready')]);
      controller.abort();
      await closed(socket);
    },
    events: [...opened, 'error closed ABORT_ERR', 'close closed true'],
  },
  {
    name: 'it connects again after it has closed',
    async play(stage) {
      const [socket] = await stage.connected();
      await using server = await tcpServer();
      socket.destroy();
      await closed(socket);
      const { port } = server.endpoint;
      socket.connect({ host, port });
      const [peer] = await Promise.all([server.accept(), once(socket, 'ready')]);
      socket.write('again');
      expect(String(await takeAt(peer, 5))).toBe('again');
      peer.end('and again');
      expect(String(await once(socket, 'data'))).toBe('and again');
      expect(socket.remotePort).toBe(port);
      await closed(socket);
    },
    events: [
      ...[...opened, 'close closed false'],
      ...[...opened, 'data open', 'end writeOnly', 'finish closed', 'close closed false'],
    ],
  },
];
