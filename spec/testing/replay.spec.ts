import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import {
  concat,
  concatMap,
  delayWhen,
  from,
  map,
  mergeMap,
  noop,
  type SchedulerLike,
  take,
  VirtualTimeScheduler,
} from 'rxjs';

import { ESP8285 } from '../../src/esp8285';
import { type Replay, replayUart } from '../../src/testing';
import { Socket } from '../../src/usocket';
import { text } from '../../harness/modems/stage';
import { marbles } from '../../harness/time/marbles';
import { connect, conversations, key, page, recorded, type Stand } from '../../harness/recordings/conversations';

/** A driver at a modem that was recorded with passive receive, where it has that. The key of a recording is `*` in the length of the real one. */
function stand(recording: string, scheduler: SchedulerLike): Stand & Replay {
  const replay = replayUart(recording, { scheduler });
  const nic = new ESP8285(replay.uart, { scheduler, receive: 'pulled' });
  return { ...replay, nic, socket: (options = {}) => new Socket(nic, { ...options, scheduler }), reset: noop };
}

describe('a recorded conversation, replayed', () => {
  it.each(conversations)('ends as it did: $name', ({ name, act }) => {
    marbles(({ flush }, scheduler) => {
      const replay = stand(recorded(name), scheduler);
      const outcomes: string[] = [];
      act(replay, '*'.repeat(key.length)).subscribe((outcome) => outcomes.push(outcome));
      flush();
      assert.equal(replay.rest(), '');
      assert.deepStrictEqual(outcomes, [name.startsWith('connected') ? 'connected' : page]);
    })();
  });
});

/** What real modems were seen to do, each behind a set-up and a connection. */
describe('a modem that was seen to', () => {
  const connected = (scheduler: SchedulerLike, firmware: string, name: string) => {
    const replay = stand(recorded(`connected-${firmware}`, name), scheduler);
    return { ...replay, client$: connect(replay) };
  };
  const all = (bytes: Buffer | null): string => String(bytes);

  it(
    'call a send good and then failed: it was good, and the next one is',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, rest } = connected(scheduler, '1.5', 'send-ok-then-send-fail');
      const sent$ = client$.pipe(
        concatMap((client) => client.sendall$('hello').pipe(concatMap(() => client.sendall$('world')))),
        map(() => 'sent'),
      );
      expectObservable(sent$).toBe('40ms (s|)', { s: 'sent' });
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'answer a close late, in front of the next answer: each has its own',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, nic, rest } = connected(scheduler, '1.7.4', 'nul-before-closed-and-late-ok');
      const address$ = client$.pipe(
        concatMap((client) => client.close$()),
        concatMap(() => nic.resolve('broker.example')),
        map(([address]) => address),
      );
      expectObservable(address$).toBe('2835ms (a|)', { a: '192.0.2.7' });
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'call a send failed and then good: it was good',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, rest } = connected(scheduler, '1.5', 'send-fail-then-send-ok');
      const sent$ = client$.pipe(
        concatMap((client) => client.sendall$('ten bytes.')),
        map(() => 'sent'),
      );
      expectObservable(sent$).toBe('1612ms (s|)', { s: 'sent' });
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'tell of a client within an echo, and of its data within a send: nothing is lost',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, socket, rest } = connected(scheduler, '1.5', 'block-in-echo');
      const server = socket();
      const served$ = client$.pipe(
        concatMap(() => server.bind$(['0.0.0.0', 5285])),
        concatMap(() => server.listen$()),
        concatMap(() => server.accept$()),
        concatMap(([one]) =>
          one.recv$(9).pipe(
            delayWhen(() => one.sendall$('to client')),
            delayWhen(() => one.close$()),
          ),
        ),
        concatMap((first) =>
          server.accept$().pipe(
            concatMap(([other]) => other.read$()),
            map((second) => `${String(first)} ${String(second)}`),
          ),
        ),
      );
      expectObservable(served$.pipe(take(1))).toBe('93ms (s|)', { s: 'first second' });
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'glue what it says to a payload: the payload ends by its length',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, rest } = connected(scheduler, '1.5', 'blocks-glued-to-closed');
      expectObservable(
        client$.pipe(
          concatMap((client) => client.read$()),
          map(all),
        ),
      ).toBe('22ms (r|)', {
        r: 'HTTP/1.1 200 OK\r\nA: b\r\n{"a_device":{"degrees":69}',
      });
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'call a read busy and answer it: it is not asked twice',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, rest } = connected(scheduler, '2.2.2', 'busy-inside-a-read');
      expectObservable(
        client$.pipe(
          concatMap((client) => client.read$()),
          map(all),
        ),
      ).toBe('31ms (r|)', {
        r: 'the data that really waited',
      });
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'say OK before it leaves a network: who joins again at once stays joined',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { client$, nic, rest } = connected(scheduler, '1.7.4', 'ok-before-disconnect');
      const joined$ = client$.pipe(
        concatMap(() => nic.disconnect$()),
        concatMap(() => nic.connect$('my-ssid', '******')),
        map(() => nic.isconnected()),
      );
      expectObservable(joined$).toBe('3003ms (j|)', { j: true });
      flush();
      assert.equal(rest(), '');
    }),
  );
});

describe('replayUart', () => {
  const recording = '0 > AT\\r\\n\n3 < \\r\\nOK\\r\\n\n7 > ATE0\\r\\n\n0 < ATE0\\r\n2 < \\r\\n\\r\\nOK\\r\\n\n';
  const bytes = (text: string) => Buffer.from(text);

  it(
    'lets the modem take its time, and the host its own, in any pieces',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { uart, rest } = replayUart(recording, { scheduler });
      const written$ = cold('-a-b----c|', { a: 'A', b: 'T\r\n', c: 'ATE0\r\n' });
      expectObservable(uart.rx$.pipe(text())).toBe('------o-e-n', {
        o: '\r\nOK\r\n',
        e: 'ATE0\r',
        n: '\r\n\r\nOK\r\n',
      });
      written$.pipe(mergeMap((piece) => uart.write(bytes(piece)))).subscribe();
      flush();
      assert.equal(rest(), '');
    }),
  );

  it(
    'tells what has not been said',
    marbles(({ flush }, scheduler) => {
      const { uart, rest } = replayUart(recording, { scheduler });
      uart.rx$.subscribe();
      concat(uart.write(bytes('AT\r\n'))).subscribe();
      flush();
      assert.equal(rest(), '7 > ATE0\\r\\n\n0 < ATE0\\r\n2 < \\r\\n\\r\\nOK\\r\\n\n');
    }),
  );

  it.each([
    ['something else', 'AT+GMR\r\n', 'the host says AT+GMR\\r\\n; recorded is AT\\r\\nATE0'],
    ['more', 'AT\r\nATE0\r\nAT\r\n', 'the host says AT\\r\\nATE0\\r\\nAT\\r\\n; recorded is AT\\r\\nATE0\\r\\n'],
    [
      'a key that is none',
      'AT+CWJAP="a","key"\r\n',
      'the host says AT+CWJAP="a","***"\\r\\n; recorded is AT\\r\\nATE0\\r\\n',
    ],
  ])('fails, for the reader and the writer, when the host says %s', (_, said, message) => {
    const { uart } = replayUart(recording, { scheduler: new VirtualTimeScheduler() });
    const failures: unknown[] = [];
    const error = (failure: unknown): void => void failures.push(String(failure));
    uart.rx$.subscribe({ error });
    from(uart.write(bytes(said))).subscribe({ error });
    uart.rx$.subscribe({ error });
    assert.deepStrictEqual(failures, Array(3).fill(`ReplayError: ${message}`));
  });

  it.each([
    ['AT+CWJAP="a*b","*****"\\r\\n', 'AT+CWJAP="a*b","p\\"ss"\r\n'],
    ['AT+CWJEAP="a",*****\\r\\n', 'AT+CWJEAP="a",1,"me\r\n'],
  ])('takes any key of that length for the stars in %s', (recorded, said) => {
    const { uart, rest } = replayUart(`0 > ${recorded}\n`, { scheduler: new VirtualTimeScheduler() });
    const failures: unknown[] = [];
    uart.rx$.subscribe();
    from(uart.write(bytes(said))).subscribe({ error: (failure: unknown) => failures.push(failure) });
    assert.deepStrictEqual([failures, rest()], [[], '']);
  });

  it('refuses what is no recording, and says where', () => {
    assert.throws(
      () => replayUart('# so\n0 > AT\\r\\n\n3 < \\q\n', { scheduler: new VirtualTimeScheduler() }),
      /^Error: line 3 of the recording cannot be read: "3 < \\\\q"$/,
    );
  });
});
