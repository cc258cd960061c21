import { once } from 'node:events';

import { expect } from '@jest/globals';

import { restAt } from '../../../harness/peers/peer';
import { nextTurn } from '../../../harness/time/turns';
import { opened } from '../support/connected';
import { closed, errorOf } from '../support/eventLog';
import type { Situation } from './situation';

/** How a connection ends: by either side, in order or not. */
export const ending: readonly Situation[] = [
  {
    name: 'the peer ends',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      peer.resume().end('hello');
      await closed(socket);
    },
    events: [...opened, 'data open', 'end writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'this end ends, and the peer answers after that',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      socket.end('question', () => stage.note(`callback of end, ${socket.readyState}`));
      await Promise.all([once(socket, 'finish'), once(peer.resume(), 'data')]);
      peer.end('answer');
      await closed(socket);
    },
    events: [
      ...[...opened, 'callback of end, readOnly', 'finish readOnly'],
      ...['data readOnly', 'end closed', 'close closed false'],
    ],
  },
  {
    name: 'the peer ends, and this end stays half open',
    async play(stage) {
      const [socket, peer] = await stage.connected({ allowHalfOpen: true });
      peer.resume().end();
      await once(socket, 'end');
      await nextTurn();
      stage.note(`still ${socket.readyState}`);
      socket.end();
      await closed(socket);
    },
    events: [...opened, 'end writeOnly', 'still writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'this end ends twice',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      socket.end(() => stage.note('first'));
      socket.end(() => stage.note('second'));
      await once(socket, 'finish');
      peer.end();
      await closed(socket);
    },
    events: [...opened, 'first', 'second', 'finish readOnly', 'end closed', 'close closed false'],
  },
  {
    name: 'it is written to after its end',
    async play(stage) {
      const [socket] = await stage.connected();
      socket.end();
      const written = new Promise<Error | null | undefined>((resolve) => socket.write('too late', resolve));
      await closed(socket);
      expect(await written).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
    },
    events: [...opened, 'error closed ERR_STREAM_WRITE_AFTER_END', 'close closed true'],
  },
  {
    name: 'it is destroyed',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      const peerEnded = once(peer.resume(), 'end');
      socket.destroy();
      await Promise.all([closed(socket), peerEnded]);
      expect(socket.destroy()).toBe(socket);
      expect([socket.destroyed, socket.closed, socket.errored]).toEqual([true, true, null]);
    },
    events: [...opened, 'close closed false'],
  },
  {
    name: 'it is destroyed with an error',
    async play(stage) {
      const [socket] = await stage.connected();
      socket.destroy(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
      await closed(socket);
    },
    events: [...opened, 'error closed ENOUGH', 'close closed true'],
  },
  {
    name: 'it is written to after it is destroyed',
    async play(stage) {
      const [socket] = await stage.connected();
      socket.destroy();
      socket.write('too late', (error) => stage.note(`written: ${(error as NodeJS.ErrnoException).code}`));
      await closed(socket);
    },
    events: [...opened, 'written: ERR_STREAM_DESTROYED', 'close closed false'],
  },
  {
    name: 'several writes wait, and it is destroyed',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      const write = (text: string, encoding: BufferEncoding) =>
        new Promise((resolve) => socket.write(text, encoding, resolve));
      const written = [write('one,', 'utf8'), write('two,', 'latin1'), write('ff', 'hex')];
      socket.end('end');
      socket.destroy();
      const [heard] = await Promise.all([restAt(peer), closed(socket)]);
      stage.note(`the peer has ${heard.toString('latin1')}`);
      expect((await Promise.all(written)).map(Boolean)).toEqual([false, false, false]);
    },
    events: [...opened, 'close closed false', 'the peer has one,two,\u00ffend'],
  },
  {
    name: 'corked writes wait, and it is destroyed',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      socket.write('one');
      socket.cork();
      const written = new Promise((resolve) => socket.write('two', resolve));
      socket.destroy();
      const [heard] = await Promise.all([restAt(peer), closed(socket)]);
      stage.note(`the peer has ${String(heard)}`);
      expect(await written).toMatchObject({ code: 'ERR_STREAM_DESTROYED' });
    },
    events: [...opened, 'close closed false', 'the peer has one'],
  },
  {
    name: 'it is destroyed when the last write is done',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      socket.write('last');
      socket.destroySoon();
      expect(socket.readyState).toBe('readOnly');
      const [heard] = await Promise.all([restAt(peer), closed(socket)]);
      expect(String(heard)).toBe('last');
    },
    events: [...opened, 'finish readOnly', 'close closed false'],
  },
  {
    name: 'it resets the connection',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      const peerFailed = errorOf(peer);
      const peerClosed = closed(peer.resume());
      peer.on('end', () => peer.end());
      socket.resetAndDestroy();
      await Promise.all([closed(socket), peerClosed]);
      // AT 1.5 cannot reset a connection, and ends it.
      if (stage.tested.firmware !== '1.5') expect((await peerFailed).code).toBe('ECONNRESET');
    },
    events: [...opened, 'close closed false'],
  },
  {
    name: 'it resets the connection before that is open',
    async play(stage) {
      const socket = stage.connect();
      socket.resetAndDestroy();
      const [peer] = await Promise.all([stage.accept(), closed(socket)]);
      peer.on('error', () => undefined).destroy();
    },
    events: ['connectionAttempt opening', 'connect open', 'ready closed', 'close closed false'],
  },
  {
    name: 'it resets what has closed',
    async play(stage) {
      const [socket] = await stage.connected();
      socket.destroy();
      await closed(socket);
      socket.resetAndDestroy();
      await nextTurn();
    },
    events: [...opened, 'close closed false'],
  },
  {
    name: 'the peer resets',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      const failures: NodeJS.ErrnoException[] = [];
      socket.on('error', (error) => failures.push(error)).resume();
      peer.resetAndDestroy();
      await closed(socket);
      if (stage.tested.firmware) return;
      expect(failures).toMatchObject([{ code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' }]);
    },
    events: [...opened, 'error closed ECONNRESET', 'close closed true'],
    overModems: {
      because: 'a modem says CLOSED, whether the peer ends or resets',
      events: [...opened, 'end writeOnly', 'finish closed', 'close closed false'],
    },
  },
];
