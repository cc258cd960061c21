import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, ignoreElements, map, type Observable, timer } from 'rxjs';

import type { ESP8285 } from '../../../src/esp8285';
import type { Rule } from '../../../src/testing';
import type { Socket } from '../../../src/usocket';
import { code, peer } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { ok, onDialledLine, states, told } from '../support/onDialledLine';

describe('a line that is lost without a word', () => {
  /** Meanwhile the modem calls everything else busy. */
  const never = [200_000, ok] as const;

  it(
    'is noticed by asking within a minute, and opened again',
    marbles(({ expectObservable }, scheduler) => {
      const { nic, modems, socket } = onDialledLine(scheduler, { longestSilence: 15_000 }, 'up');
      // It would ask for ever.
      timer(60_000, scheduler)
        .pipe(concatMap(() => nic.close$()))
        .subscribe();
      const link4 = socket();
      link4.connect$(peer).subscribe();
      const [first] = modems;
      assert.ok(first && !(first instanceof Error));
      first.fallSilent();
      expectObservable(link4.recv$(5).pipe(code()), '^ 59s !').toBe('21s #', undefined, 'EIO');
      expectObservable(nic.status$.pipe(told), '^ 59s !').toBe('u 20999ms 1 999ms (su)', states);
    }),
  );

  it.each<[string, Rule, (parts: { nic: ESP8285; socket: () => Socket }) => Observable<unknown>]>([
    ['connects', [/^AT\+CIPSTART/, ...never], ({ socket }) => socket().connect$(peer)],
    ['joins a network', [/^AT\+CWJAP/, ...never], ({ nic }) => nic.connect$('net', 'key')],
    ['waits for an address', [/^AT\+CWJAP/, 'WIFI CONNECTED\r\n', ...never], ({ nic }) => nic.connect$('net', 'key')],
    ['scans', [/^AT\+CWLAP/, ...never], ({ nic }) => nic.scan$()],
    ['resolves', [/^AT\+CIPDOMAIN/, ...never], ({ nic }) => nic.resolve('host.example')],
  ])('fails a program that %s within 15 s, and is opened again within 40 s', (_, slow, operation) => {
    for (const silentAt of [0, 1_000, 4_000, 9_000]) {
      marbles(({ flush }, scheduler) => {
        const parts = onDialledLine(scheduler, { longestSilence: 15_000, script: [slow] }, 'up');
        const [modem] = parts.modems;
        assert.ok(modem && !(modem instanceof Error));
        const failures: number[] = [];
        operation(parts).subscribe({ error: () => failures.push(scheduler.now()) });
        timer(silentAt, scheduler).subscribe(() => modem.fallSilent());
        timer(100_000, scheduler)
          .pipe(concatMap(() => parts.nic.close$()))
          .subscribe();
        flush();
        const [failed = Infinity] = failures;
        const [dialled = Infinity] = parts.line.dialled;
        assert.ok(failed - silentAt <= 15_000, `${silentAt}: failed at ${failed}`);
        assert.ok(dialled - silentAt <= 40_000, `${silentAt}: dialled at ${dialled}`);
      })();
    }
  });

  it(
    'is not suspected while the modem says anything',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line } = onDialledLine(scheduler, { longestSilence: 15_000 }, 'up');
      timer(300_000, scheduler)
        .pipe(concatMap(() => nic.close$()))
        .subscribe();
      expectObservable(nic.status$.pipe(told), '^ 299s !').toBe('u', states);
      flush();
      assert.deepStrictEqual(line.dialled, []);
    }),
  );

  it(
    'that is silent when it is open again is opened again after growing pauses',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line, loseAt } = onDialledLine(scheduler, {}, 'silent', 'silent', 'up');
      loseAt(0).subscribe();
      expectObservable(nic.status$.pipe(told, ignoreElements()), '^ 300s !').toBe('');
      expectObservable(nic.status$.pipe(map(({ modem }) => modem === 'up')), '299s ^ !').toBe('299s a', { a: true });
      flush();
      assert.strictEqual(line.dialled.length, 3);
    }),
  );
});
