import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, map, type Observable, startWith, throwError } from 'rxjs';

import { machine, uselect } from '../../../src';
import type { Pollable, Readiness } from '../../../src/streams';
import { select, select$, type Selected } from '../../../src/usocket';
import { marbles } from '../../../harness/time/marbles';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { sayLast, takeAt } from '../../../harness/peers/peer';

const idle: Readiness = { readable: false, writable: false, hangup: false, error: false };

/** The letters of a diagram: what the stream is ready for from then on. */
const states: Record<string, Readiness> = {
  r: { ...idle, readable: true },
  w: { ...idle, writable: true },
  h: { ...idle, hangup: true },
  e: { ...idle, error: true },
};

function pollable(letters$: Observable<string>): Pollable {
  return {
    readiness$: letters$.pipe(
      map((letter) => states[letter] ?? idle),
      startWith(idle),
    ),
  };
}

/** The lists as text: `'s,t||'`. */
function names(streams: Record<string, Pollable>) {
  const nameOf = (stream: Pollable) => Object.keys(streams).find((key) => streams[key] === stream);
  return map((lists: Selected<Pollable, Pollable, Pollable>) =>
    lists.map((list) => list.map(nameOf).join(',')).join('|'),
  );
}

describe('select', () => {
  it(
    'waits for the first stream that is ready for what it is listed for, and lets go of all',
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const readings = { s: hot('-w---r'), t: hot('--r') };
      const [s, t] = [pollable(readings.s), pollable(readings.t)];
      expectObservable(select$([s], [t], [s, t], null, { scheduler }).pipe(names({ s, t }))).toBe('-----(a|)', {
        a: 's||',
      });
      expectSubscriptions(readings.s.subscriptions).toBe('^----!');
      expectSubscriptions(readings.t.subscriptions).toBe('^----!');
    }),
  );

  it(
    'gives three empty lists when the time, in seconds, is up',
    marbles(({ hot, expectObservable }, scheduler) => {
      const s = pollable(hot('-w 999ms r'));
      expectObservable(select$([s], [], [], 0.5, { scheduler })).toBe('500ms (a|)', { a: [[], [], []] });
    }),
  );

  it(
    'looks and returns at once with a time of 0; waits for ever with none',
    marbles(({ hot, expectObservable }, scheduler) => {
      const s = pollable(hot('600m r'));
      expectObservable(select$([s], [s], [s], 0, { scheduler }).pipe(names({ s }))).toBe('(a|)', { a: '||' });
      for (const forEver of [undefined, null, -1]) {
        expectObservable(select$([s], [], [], forEver, { scheduler }).pipe(names({ s }))).toBe('600m (a|)', {
          a: 's||',
        });
      }
    }),
  );

  it('lists a stream in each list that it is ready for, in the order of the list', async () => {
    const both = { readiness$: new BehaviorSubject({ ...idle, readable: true, writable: true }) };
    const reading = { readiness$: new BehaviorSubject(states['r'] ?? idle) };
    const quiet = { readiness$: new BehaviorSubject(idle) };
    expect(await select([reading, quiet, both], [both, quiet], [both])).toEqual([[reading, both], [both], []]);
  });

  it('lists what has failed as failed, and as ready: the call returns at once', async () => {
    const failed = { readiness$: new BehaviorSubject(states['e'] ?? idle) };
    const broken = { readiness$: throwError(() => new Error('broken')) };
    const streams = [failed, broken];
    expect(await select(streams, streams, streams)).toEqual([streams, streams, streams]);
  });

  it('does not wait for ever for a stream that the other side has left', async () => {
    const gone = { readiness$: new BehaviorSubject(states['h'] ?? idle) };
    expect(await select([gone], [gone], [gone])).toEqual([[gone], [gone], []]);
  });

  it.each([
    ['of reading', [[], [{}], []], 'number 0 of the streams to write to'],
    ['of writing', [[{ readiness$: new BehaviorSubject(idle) }, 5], [], []], 'number 1 of the streams to read from'],
    ['of failures', [[], [], [null]], 'number 0 of the streams to watch for failures'],
    ['that is not a list', ['abc', [], []], 'the streams to read from are not a list'],
  ])('refuses a list %s with what is no stream in it, and names it', async (_, lists, named) => {
    const [read, write, failed] = lists as [Pollable[], Pollable[], Pollable[]];
    const error = await failureOf(select(read, write, failed, 0));
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'select' });
    expect(error.message).toContain(named);
  });

  it('refuses what is no time', async () => {
    expect((await failureOf(select([], [], [], NaN))).code).toBe('EINVAL');
  });

  it('waits for a serial line', async () => {
    await using uart = new machine.UART('emulator:', 115_200, { emulator: { latency: 0 } });
    await uselect.select([], [uart], []);
    expect(await uselect.select([uart], [], [], 0)).toEqual([[], [], []]);
    await uart.write('AT\r\n');
    expect(await uselect.select([uart], [], [])).toEqual([[uart], [], []]);
  });
});

describe.each(interfaces)('select and poll on sockets, over $name', (tested) => {
  it('tell what a socket is ready for', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    expect(await uselect.select([socket], [socket], [socket])).toEqual([[], [socket], []]);
    peer.write('hello');
    expect(await uselect.select([socket], [], [])).toEqual([[socket], [], []]);
    expect(String(await socket.recv(5))).toBe('hello');
    expect(await uselect.select([socket], [], [], 0)).toEqual([[], [], []]);
    await socket.sendall('bye');
    await takeAt(peer, 3);
    sayLast(peer);
    expect(await uselect.select([socket], [], [])).toEqual([[socket], [], []]);
    await socket.close();
    expect(await uselect.select([socket], [], [])).toEqual([[socket], [], []]);
    const poller = uselect.poll();
    poller.register(socket, 0);
    expect(await poller.poll()).toEqual([[socket, uselect.POLLNVAL]]);
  });
});
