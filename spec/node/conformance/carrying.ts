import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import { expect } from '@jest/globals';

import { noise } from '../../../harness/peers/bytes';
import { restAt, takeAt } from '../../../harness/peers/peer';
import { opened } from '../support/connected';
import { closed } from '../support/eventLog';
import type { Situation } from './situation';

/** How bytes come and go on an open connection, and what is set there. */
export const carrying: readonly Situation[] = [
  {
    name: 'bytes come and go',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      await Promise.all([takeAt(peer, 4), new Promise<unknown>((resolve) => socket.write('four', resolve))]);
      stage.note('written');
      peer.write('three');
      await once(socket, 'data');
      expect([socket.bytesRead, socket.bytesWritten, Reflect.get(socket, 'bufferSize')]).toEqual([5, 4, 0]);
      socket.destroy();
      await closed(socket);
      expect([socket.bytesRead, socket.bytesWritten]).toEqual([5, 4]);
    },
    events: [...opened, 'written', 'data open', 'close closed false'],
  },
  {
    name: 'a writer is held back, and told when it may go on',
    async play(stage) {
      const [socket, peer] = await stage.connected({ writableHighWaterMark: 1000 });
      const bytes = noise(5_000);
      const received = takeAt(peer, bytes.length);
      socket.write(bytes.subarray(0, 500), () => stage.note('first'));
      const written = new Promise<unknown>((resolve) => {
        stage.note(`goes on: ${socket.write(bytes.subarray(500), resolve)}`);
      });
      if (stage.tested.isOurs) expect(socket.writableLength).toBe(5_000);
      await written;
      expect(socket.writableLength).toBe(0);
      expect((await received).equals(bytes)).toBe(true);
    },
    events: [...opened, 'goes on: true', 'first'],
    ours: {
      because: 'the operating system takes the bytes at once, and the interface when they are sent',
      events: [...opened, 'goes on: false', 'first', 'drain open'],
    },
  },
  {
    name: 'a writer fills everything on the way to the peer, which reads then',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      const bytes = Buffer.alloc(65_536, 'x');
      let length = bytes.length;
      while (socket.write(bytes)) length += bytes.length;
      stage.note(`waits: ${socket.writableNeedDrain}`);
      await Promise.all([takeAt(peer, length), once(socket, 'drain')]);
      stage.note(`waits: ${socket.writableNeedDrain}`);
    },
    events: [...opened, 'waits: true', 'drain open', 'waits: false'],
  },
  {
    name: 'writes are told in their order, and the end after them',
    async play(stage) {
      const [socket, peer] = await stage.connected();
      peer.resume();
      for (const text of ['one', 'two', 'three']) socket.write(text, 'utf8', () => stage.note(text));
      socket.end('end', () => stage.note('end of ours'));
      await once(socket, 'finish');
      peer.end();
      await closed(socket);
    },
    events: [
      ...[...opened, 'one', 'two', 'three', 'end of ours', 'finish readOnly'],
      ...['end closed', 'close closed false'],
    ],
  },
  {
    name: 'it is paused, and goes on',
    async play(stage) {
      const [socket, peer] = await stage.connected({ noteData: false });
      socket.setEncoding('utf8').on('data', (chunk: string) => stage.note(chunk));
      peer.write('one');
      await once(socket, 'data');
      socket.pause();
      peer.end('two');
      await once(peer, 'finish');
      stage.note(`paused: ${socket.isPaused()}`);
      socket.resume();
      await closed(socket);
    },
    events: [...opened, 'one', 'paused: true', 'two', 'end writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'it is read with read()',
    async play(stage) {
      const [socket, peer] = await stage.connected({ noteData: false });
      peer.end('hello');
      await once(socket, 'readable');
      stage.note(`read ${String(socket.read(2))}`);
      stage.note(`read ${String(socket.read())}`);
      socket.on('readable', () => void socket.read());
      await closed(socket);
    },
    events: [...opened, 'read he', 'read llo', 'end writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'a loop over its chunks is left early',
    async play(stage) {
      const [socket, peer] = await stage.connected({ noteData: false });
      const over = closed(socket);
      peer.write('hello');
      for await (const chunk of socket) {
        stage.note(String(chunk));
        break;
      }
      await over;
    },
    events: [...opened, 'hello', 'error closed ABORT_ERR', 'close closed true'],
  },
  {
    name: 'its bytes go to a buffer of the program',
    async play(stage) {
      const target = Buffer.alloc(4);
      const pieces: string[] = [];
      const onread = {
        buffer: target,
        callback: (length: number) => pieces.push(target.toString('utf8', 0, length)) > 0,
      };
      const [socket, peer] = await stage.connected({ onread });
      peer.end('hello, world');
      await closed(socket);
      expect(pieces.join('')).toBe('hello, world');
      expect(pieces.every(({ length }) => length <= 4)).toBe(true);
    },
    events: [...opened, 'end writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'it is piped into another stream',
    async play(stage) {
      const [socket, peer] = await stage.connected({ noteData: false });
      const bytes = noise(3_000);
      const received = buffer(socket.pipe(new PassThrough()));
      peer.end(bytes);
      await closed(socket);
      expect((await received).equals(bytes)).toBe(true);
    },
    events: [...opened, 'end writeOnly', 'finish closed', 'close closed false'],
  },
  {
    name: 'a pipeline leads to it, and the peer answers at the same time',
    async play(stage) {
      const [socket, peer] = await stage.connected({ noteData: false });
      const over = closed(socket);
      const [up, down] = [noise(6_000), noise(6_001)];
      peer.write(down);
      const received = restAt(socket);
      const [sent] = await Promise.all([
        takeAt(peer, up.length),
        pipeline([up.subarray(0, 1), up.subarray(1)], socket),
      ]);
      peer.end();
      expect([sent.equals(up), (await received).equals(down)]).toEqual([true, true]);
      await over;
    },
    events: [...opened, 'finish readOnly', 'end closed', 'close closed false'],
  },
  {
    name: 'nothing is heard for a time',
    async play(stage) {
      const [socket, peer] = await stage.connected({ timeout: 20_000 });
      expect(socket.timeout).toBe(20_000);
      socket.setTimeout(20, () => stage.note('callback of setTimeout'));
      await once(socket, 'timeout');
      expect(socket.setTimeout(0)).toBe(socket);
      expect(socket.timeout).toBe(0);
      peer.end('late');
      expect(String((await once(socket, 'data'))[0])).toBe('late');
      await closed(socket);
    },
    events: [
      ...[...opened, 'timeout open', 'callback of setTimeout'],
      ...['data open', 'end writeOnly', 'finish closed', 'close closed false'],
    ],
  },
  {
    name: 'it is set before, while and after it is connected',
    async play(stage) {
      const socket = stage.connect({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 });
      const set = () =>
        socket
          .setNoDelay()
          .setNoDelay(false)
          .setNoDelay(true)
          .setKeepAlive(true, 10_000)
          .setKeepAlive(false)
          .ref()
          .unref()
          .ref();
      set();
      const [peer] = await Promise.all([stage.accept(), once(socket, 'ready')]);
      set();
      peer.end('still alive');
      expect(String((await once(socket, 'data'))[0])).toBe('still alive');
      set();
      await closed(socket);
      expect(set()).toBe(socket);
    },
    events: [...opened, 'data open', 'end writeOnly', 'finish closed', 'close closed false'],
  },
];
