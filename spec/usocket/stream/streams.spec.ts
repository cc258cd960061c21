import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, concatMap, firstValueFrom, map, take, takeWhile, tap, toArray } from 'rxjs';

import type { Readiness } from '../../../src/streams';
import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, sayLast, takeAt, until } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';

const untilEnd = (data: readonly Buffer[]) => Buffer.concat(data);

describe.each(interfaces)('a socket as streams, over $name', (tested) => {
  describe('data$', () => {
    it('gives every chunk until the peer closes', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(50_000);
      const reading = firstValueFrom(pair.socket.data$.pipe(toArray(), map(untilEnd)));
      pair.peer.write(bytes.subarray(0, 10));
      sayLast(pair.peer, bytes.subarray(10));
      expect((await reading).equals(bytes)).toBe(true);
    });

    it('gives each chunk as soon as it is there', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      const said = ['one', 'two', 'three'];
      const heard = firstValueFrom(
        socket.data$.pipe(
          map((chunk, index) => {
            if (said[index + 1]) peer.write(said[index + 1]!);
            return String(chunk);
          }),
          take(3),
          toArray(),
        ),
      );
      peer.write('one');
      expect(await heard).toEqual(said);
    });

    it('leaves to other reads what it has not given out, and is served in its turn', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      const first = firstValueFrom(socket.data$.pipe(map((chunk) => chunk.toString())));
      const second = socket.read(4);
      peer.write('hello');
      expect(await first).toBe('hello');
      sayLast(peer, 'world');
      expect(String(await second)).toBe('worl');
      expect(await firstValueFrom(socket.data$.pipe(map((chunk) => chunk.toString())))).toBe('d');
      expect(await firstValueFrom(socket.data$.pipe(toArray()))).toEqual([]);
    });

    it('fails with what the connection is lost of', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      const heard = new BehaviorSubject('');
      const end = firstValueFrom(
        socket.data$.pipe(
          tap((chunk) => heard.next(heard.value + String(chunk))),
          toArray(),
        ),
      );
      peer.write('hello');
      await until(heard, (text) => text === 'hello');
      await reset(peer);
      // Only the operating system tells a lost connection from one that the peer has closed.
      if (tested.halfClose) expect(await failureOf(end)).toMatchObject({ code: 'ECONNRESET' });
      else await end;
    });
  });

  describe('lines$', () => {
    it('gives every line, with its newline, and what is left when the peer closes', async () => {
      await using pair = await connectedPair(tested);
      const lines = firstValueFrom(
        pair.socket.lines$.pipe(
          map((chunk) => chunk.toString()),
          toArray(),
        ),
      );
      pair.peer.write('one\r\ntw');
      pair.peer.write('o\n\nthr');
      sayLast(pair.peer, 'ee');
      expect(await lines).toEqual(['one\r\n', 'two\n', '\n', 'three']);
    });

    it('loses nothing when it is given up between two lines', async () => {
      await using pair = await connectedPair(tested);
      sayLast(pair.peer, 'head: 1\n\nbody\nmore');
      const { socket } = pair;
      const head = socket.lines$.pipe(
        map((chunk) => chunk.toString()),
        takeWhile((line) => line !== '\n'),
        toArray(),
      );
      expect(await firstValueFrom(head)).toEqual(['head: 1\n']);
      expect(String(await socket.read())).toBe('body\nmore');
    });

    it('may answer each line before the next one comes', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      peer.write('a\nb\nc\n');
      const answers = firstValueFrom(
        socket.lines$.pipe(
          concatMap((line) => socket.sendall$(`got ${String(line)}`)),
          take(3),
          toArray(),
        ),
      );
      expect(String(await takeAt(peer, 18))).toBe('got a\ngot b\ngot c\n');
      await answers;
    });
  });

  describe('state$', () => {
    it('tells of the way from the first call to the last', async () => {
      await using net = await tested.start();
      await using server = await tcpServer();
      const socket = net.usocket.socket();
      const states = firstValueFrom(
        socket.state$.pipe(
          takeWhile((state) => state !== 'closed', true),
          toArray(),
        ),
      );
      await socket.connect(addressOf(server));
      sayLast(await server.accept(), 'bye');
      await until(socket.state$, (state) => state === 'peerClosed');
      await socket.close();
      expect(await states).toEqual(['unconnected', 'connecting', 'connected', 'peerClosed', 'closed']);
      expect(await firstValueFrom(socket.state$)).toBe('closed');
    });
  });

  describe('readiness$', () => {
    it('tells at each moment what could be done without waiting', async () => {
      await using net = await tested.start();
      await using server = await tcpServer();
      const socket = net.usocket.socket();
      const none = { readable: false, writable: false, hangup: false, error: false };
      const seen: Readiness[] = [];
      const watching = socket.readiness$.subscribe((readiness) => seen.push(readiness));
      await socket.connect(addressOf(server));
      const peer = await server.accept();
      peer.write('hello');
      await until(socket.readiness$, ({ readable }) => readable);
      expect(String(await socket.recv(10))).toBe('hello');
      await socket.sendall('hello');
      sayLast(peer);
      await until(socket.readiness$, ({ readable }) => readable);
      await socket.close();
      watching.unsubscribe();
      expect(seen).toEqual([
        { ...none, unconnected: true },
        none, // connecting
        { ...none, writable: true }, // connected
        { ...none, writable: true, readable: true }, // hello
        { ...none, writable: true }, // taken
        { ...none, writable: true, readable: true, hangup: !tested.halfClose }, // the peer has closed
        { ...none, readable: true, hangup: true, closed: true },
      ]);
    });

    it('stays readable while a single byte is there', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      peer.write('ab');
      await until(socket.readiness$, ({ readable }) => readable);
      await socket.recv(1);
      expect((await firstValueFrom(socket.readiness$)).readable).toBe(true);
      await socket.recv(1);
      expect((await firstValueFrom(socket.readiness$)).readable).toBe(false);
    });
  });

  describe('for await', () => {
    it('gives every chunk until the peer closes', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(50_000);
      sayLast(pair.peer, bytes);
      const chunks: Buffer[] = [];
      for await (const chunk of pair.socket) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
      expect(chunks.every(({ length }) => length > 0)).toBe(true);
    });

    it('loses nothing when it is left early, and leaves the socket open', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      const bytes = noise(50_000);
      peer.write(bytes);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) {
        chunks.push(chunk);
        break;
      }
      expect(await socket.send('go on')).toBe(5);
      sayLast(peer);
      for await (const chunk of socket) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    });

    it('ends with the failure of a time-out, and can be taken up again', async () => {
      await using pair = await connectedPair(tested);
      const { socket, peer } = pair;
      socket.settimeout(0.05);
      const heard: string[] = [];
      const listening = (async () => {
        for await (const chunk of socket) heard.push(String(chunk));
      })();
      peer.write('hello');
      expect(await failureOf(listening)).toMatchObject({ code: 'ETIMEDOUT' });
      sayLast(peer, ' world');
      for await (const chunk of socket) heard.push(String(chunk));
      expect(heard.join('')).toBe('hello world');
    });
  });
});
