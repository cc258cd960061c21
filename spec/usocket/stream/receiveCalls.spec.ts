import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, firstValueFrom, from, type Observable, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { usocket } from '../../../src';
import { type Nic, Socket, type StreamLink } from '../../../src/usocket';
import { SocketTrace } from '../../../src/usocket/contract/socketTrace';
import { toBytes } from '../../../harness/time/marbles';
import { cases } from '../../streams/reading/cases';
import type { ReadCall, ReadCase, ReadStep } from '../../streams/reading/cases/call';
import { callOn, lost, play, type Reads } from '../../streams/reading/cases/play';

/** A socket that is connected to a stream of bytes. */
function socketOver(rx$: Observable<Uint8Array>, { capacity }: ReadCase, sockets?: SocketTrace): Socket {
  const remote = { address: '192.168.1.9', port: 80 };
  const link: Partial<StreamLink> = { remote, maxSend: 1, receive: () => rx$, close: () => EMPTY };
  const nic: Partial<Nic> = { openStream: () => of(link as StreamLink), sockets };
  const socket = new Socket(nic as Nic, capacity === undefined ? {} : { receiveBuffer: capacity });
  socket.connect$([remote.address, remote.port]).subscribe();
  return socket;
}

/** The flag with which `peek` waits for `least` bytes. */
const peekFlags = (least = 1) => usocket.MSG_PEEK | (least > 1 ? usocket.MSG_WAITALL : 0);

/** What a socket has no method for: to show more than it waits for. */
const isCallOfSockets = (call: ReadCall) =>
  call.kind !== 'peek' || call.least === undefined || call.least === call.size;

const rows = Object.values(cases)
  .flat()
  .filter(({ reads }) => reads.every(({ call }) => isCallOfSockets(call)));

describe.each(['', ' that is watched'])('reads of a socket%s, as observables', (watched) => {
  for (const row of rows) {
    it(
      nameOf(row),
      play(row, (rx$) => {
        const sockets = new SocketTrace();
        if (watched !== '') sockets.calls$.subscribe();
        const socket = socketOver(rx$, row, sockets);
        return {
          recv: (size) => socket.recv$(size),
          peek: (size, least) => socket.recv$(size, peekFlags(least)),
          read: (size) => socket.read$(size),
          readinto: (target, size) => socket.readinto$(target, size),
          readline: (size) => socket.readline$(size),
          data: () => socket.data$,
          lines: () => socket.lines$,
          left: () => {
            const rest: string[] = [];
            socket.setblocking(false);
            socket.read$().subscribe({ next: (bytes) => rest.push(String(bytes ?? '')), error: () => undefined });
            return rest.join('');
          },
        };
      }),
    );
  }
});

describe('reads of a socket, as promises', () => {
  for (const row of rows.filter(({ reads }) => reads.every(({ call }) => !isLong(call)))) {
    it(nameOf(row), async () => {
      const given: Promise<string>[] = [];
      let socket: Socket | undefined;
      const scheduler = new TestScheduler(assert.deepStrictEqual);
      scheduler.run(({ cold, flush }) => {
        const rx$ = typeof row.rx === 'string' ? cold(row.rx, row.texts, lost) : from(row.rx);
        const connected = (socket = socketOver(rx$.pipe(toBytes()), row));
        for (const [at, { call, during = '^' }] of row.reads.entries()) {
          const controller = new AbortController();
          const frames = during.trim();
          const start = () => void (given[at] = promiseOf(connected, call, controller.signal));
          scheduler.schedule(start, Math.max(0, frames.indexOf('^')));
          if (frames.includes('!')) scheduler.schedule(() => controller.abort(), frames.indexOf('!'));
        }
        flush();
      });
      assert.deepStrictEqual(await Promise.all(given.map(outcomeOf)), row.reads.map(expectedOf));
      socket?.setblocking(false);
      assert.equal(String((await socket?.read().catch(() => '')) ?? ''), row.left);
    });
  }
});

/** The first value of the promise of the same name, as text. */
function promiseOf(socket: Socket, call: ReadCall, signal: AbortSignal): Promise<string> {
  const reads: Reads = {
    recv: (size) => from(socket.recv(size, { signal })),
    peek: (size, least) => from(socket.recv(size, peekFlags(least), { signal })),
    read: (size) => from(socket.read(size, { signal })),
    readinto: (target, size) => from(socket.readinto(target, size, { signal })),
    readline: (size) => from(socket.readline(size, { signal })),
    data: () => EMPTY,
    lines: () => EMPTY,
  };
  return firstValueFrom(callOn(reads, call));
}

/** How a promise has been settled. One that never is would not end the spec, so a turn is all the time that it has. */
function outcomeOf(given: Promise<string>): Promise<string> {
  const settled = given.then(
    (text) => `gives ${text}`,
    (error: unknown) => `fails: ${(error as Error).name === 'AbortError' ? 'aborted' : (error as Error).message}`,
  );
  return Promise.race([settled, new Promise<string>((resolve) => setImmediate(() => resolve('waits')))]);
}

function expectedOf({ during = '', expected, gives }: ReadStep): string {
  if (expected.includes('#')) return `fails: ${lost.message}`;
  if (typeof gives === 'string') return `gives ${gives}`;
  return during.includes('!') ? 'fails: aborted' : 'waits';
}

function isLong({ kind }: ReadCall): boolean {
  return kind === 'data' || kind === 'lines';
}

/** Rows of several kinds have titles of their own. */
function nameOf({ title, reads }: ReadCase): string {
  return `${[...new Set(reads.map(({ call }) => call.kind))].join(', ')}: ${title}`;
}
