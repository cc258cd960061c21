import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import {
  concat,
  concatMap,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';

import { ESP8285, type ModemOptions, type Status } from '../../../src/esp8285';
import { type Rule, type ScriptedModem, scriptedModem } from '../../../src/testing';
import { Socket } from '../../../src/usocket';
import { OSError } from '../../../src/usocket/contract/osError';
import { dialledLine } from '../../../harness/lines/dialledLine';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer } from '../../../harness/modems/stage';
import { marbles } from '../../streams/marbles';

const ok = '\r\nOK\r\n';
const done = map(() => 'done');
const lost = (code: 'ENODEV' | 'ECONNRESET' | 'ECONNREFUSED' = 'ENODEV') =>
  new OSError(code, 'read', 'host:1: it is gone');
const told = map(
  ({ modem, wifi, redialIn }: Status) => `${modem} ${wifi}${redialIn === undefined ? '' : ` ${redialIn}`}`,
);
const states = {
  s: 'starting down',
  u: 'up up',
  o: 'up down',
  d: 'down down',
  '1': 'down down 1000',
  '2': 'down down 2000',
  '4': 'down down 4000',
};

/** A driver that is set up at time 0 on a line that leads to one modem after another. */
function onDialledLine(
  scheduler: SchedulerLike,
  options: ModemOptions & { readonly firmware?: typeof nonos174; readonly script?: readonly Rule[] },
  ...next: readonly ('up' | 'silent' | Error)[]
) {
  const { firmware = nonos174, script = [], ...modemOptions } = options;
  const taken: Rule = [/^AT\+(?:CWJAP|CIPSERVER=1|CIPSTO|CWHOSTNAME)/, ok];
  const make = (): ScriptedModem => scriptedModem({ scheduler, script: [...script, taken], otherwise: firmware.rules });
  const silent = (): ScriptedModem => scriptedModem({ scheduler });
  const modems = ['up' as const, ...next].map((one) => (one === 'up' ? make() : one === 'silent' ? silent() : one));
  const line = dialledLine(scheduler, ...modems);
  const nic = new ESP8285(line.uart, { longestQuiet: Infinity, ...modemOptions, scheduler });
  nic.start$().subscribe();
  const heard = (index: number): readonly string[] => {
    const modem = modems[index];
    return modem === undefined || modem instanceof Error ? [] : modem.heard;
  };
  const loseAt = (milliseconds: number, error = lost()) =>
    timer(milliseconds, scheduler).pipe(
      tap(() => {
        line.lose(error);
      }),
      ignoreElements(),
    );
  return { nic, line, heard, loseAt, modems, socket: () => new Socket(nic, { scheduler }) };
}

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a line that is lost, %s', (_, firmware) => {
  it(
    'is opened again after growing pauses, and status$ tells',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line, loseAt } = onDialledLine(scheduler, { firmware }, lost(), lost('ECONNREFUSED'), 'up');
      expectObservable(merge(nic.status$.pipe(told), loseAt(5))).toBe('u----1 999ms 2 1999ms 4 3999ms (su)', states);
      flush();
      assert.deepStrictEqual(line.dialled, [1_005, 3_005, 7_005]);
    }),
  );

  it(
    'is tried for ever, every 30 s in the end, or as it is asked for',
    marbles(({ expectObservable, flush }, scheduler) => {
      const gone = Array.from({ length: 12 }, () => lost());
      const one = onDialledLine(scheduler, { firmware }, ...gone);
      const other = onDialledLine(scheduler, { firmware, redial: { firstPause: 10, longestPause: 25 } }, ...gone);
      one.loseAt(0).subscribe();
      other.loseAt(0).subscribe();
      expectObservable(one.nic.status$.pipe(ignoreElements()), '^ 130s !').toBe('');
      expectObservable(concat(timer(100_000, scheduler).pipe(ignoreElements()), one.nic.close$()).pipe(done)).toBe(
        '100s (d|)',
        { d: 'done' },
      );
      expectObservable(concat(timer(100, scheduler).pipe(ignoreElements()), other.nic.close$()).pipe(done)).toBe(
        '100ms (d|)',
        { d: 'done' },
      );
      flush();
      assert.deepStrictEqual(one.line.dialled, [1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
      assert.deepStrictEqual(other.line.dialled, [10, 30, 55, 80]);
    }),
  );

  it(
    'ends what is under way at once, with a code of the line: never the ECONNRESET of a peer',
    marbles(({ expectObservable }, scheduler) => {
      const { nic, loseAt, socket } = onDialledLine(scheduler, { firmware, script: [['AT+CWLAP']] }, 'up');
      const link4 = socket();
      link4.connect$(peer).subscribe();
      expectObservable(merge(link4.recv$(5), loseAt(5, lost('ECONNRESET'))).pipe(code())).toBe(
        '-----#',
        undefined,
        'ENODEV',
      );
      expectObservable(nic.scan$().pipe(code())).toBe('-----#', undefined, 'ENODEV');
    }),
  );

  it(
    'fails what is asked for while it is lost at once, and serves it afterwards',
    marbles(({ expectObservable }, scheduler) => {
      const { loseAt, socket } = onDialledLine(scheduler, { firmware }, lost('ECONNREFUSED'), 'up');
      const connectAt = (milliseconds: number) =>
        concat(timer(milliseconds, scheduler).pipe(ignoreElements()), socket().connect$(peer)).pipe(done, code());
      expectObservable(merge(connectAt(500), loseAt(0))).toBe('500ms #', undefined, 'ENODEV');
      expectObservable(connectAt(2_000)).toBe('2000ms #', undefined, 'ENODEV');
      expectObservable(connectAt(4_000)).toBe('4000ms (d|)', { d: 'done' });
    }),
  );

  it(
    'comes back with the network joined, what was set, and the listening port',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, loseAt, heard, socket } = onDialledLine(
        scheduler,
        { firmware, script: [['AT+CIPSTATUS', `STATUS:5\r\n${ok}`]] },
        'up',
      );
      concat(nic.hostname$('board'), nic.connect$('net', 'key')).subscribe();
      const server = socket();
      server.bind$(['0.0.0.0', 80]).subscribe();
      server.listen$().subscribe();
      expectObservable(merge(server.accept$(), loseAt(5)).pipe(code())).toBe('');
      flush();
      const shown = heard(1).map((line) => /^AT(?:\+\w+)?/.exec(line)?.[0].replace('_CUR', ''));
      assert.deepStrictEqual(shown.slice(shown.lastIndexOf('AT+CIPSTATUS') + 1), [
        'AT+CWHOSTNAME',
        'AT+CWJAP',
        'AT+CIPSERVER',
        'AT+CIPSTO',
      ]);
    }),
  );

  it.each(['start$', 'reset$'] as const)('is opened at once by %s', (method) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line, loseAt } = onDialledLine(scheduler, { firmware }, 'up');
      loseAt(0).subscribe();
      const asked$ = concat(timer(10, scheduler).pipe(ignoreElements()), nic[method]());
      expectObservable(asked$.pipe(done, code())).toBe('10ms (d|)', { d: 'done' });
      flush();
      assert.deepStrictEqual(line.dialled, [10]);
    })();
  });

  it.each(['start$', 'reset$'] as const)('fails %s when it cannot be opened, and goes on trying', (method) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line, loseAt } = onDialledLine(scheduler, { firmware }, lost('ECONNREFUSED'), 'up');
      loseAt(0).subscribe();
      const asked$ = concat(timer(10, scheduler).pipe(ignoreElements()), nic[method]());
      expectObservable(asked$.pipe(done, code())).toBe('10ms #', undefined, 'ENODEV');
      flush();
      assert.deepStrictEqual(line.dialled, [10, 2_010]);
    })();
  });

  it.each(['start$', 'reset$'] as const)('is opened only by %s with redial: false', (method) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line, loseAt } = onDialledLine(scheduler, { firmware, redial: false }, lost(), 'up');
      const asked$ = (at: number) => concat(timer(at, scheduler).pipe(ignoreElements()), nic[method]());
      expectObservable(merge(nic.status$.pipe(told), loseAt(5))).toBe('u----d 99994ms (sd) 99996ms (su)', states);
      expectObservable(asked$(100_000).pipe(done, code())).toBe('100s #', undefined, 'ENODEV');
      expectObservable(asked$(200_000).pipe(done, code())).toBe('200s (d|)', { d: 'done' });
      flush();
      assert.deepStrictEqual(line.dialled, [100_000, 200_000]);
    })();
  });

  it(
    'is opened no more once the interface is closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, line, loseAt } = onDialledLine(scheduler, { firmware }, 'up');
      loseAt(0).subscribe();
      expectObservable(concat(timer(10, scheduler).pipe(ignoreElements()), nic.close$()).pipe(done)).toBe('10ms (d|)', {
        d: 'done',
      });
      flush();
      assert.deepStrictEqual(line.dialled, []);
      assert.ok(scheduler.now() < 1_000);
    }),
  );

  it(
    'is shown in the trace when it is lost, and when it is open again',
    marbles(({ expectObservable }, scheduler) => {
      const { nic, loseAt } = onDialledLine(scheduler, { firmware }, 'up');
      const notes$ = nic.trace$.pipe(
        filter(({ kind }) => kind === 'note'),
        map(({ text }) => text),
      );
      expectObservable(merge(notes$, loseAt(5))).toBe('-----l 999ms o', {
        l: 'host:1: it is gone; the interface opens it again by itself, in 1000 ms',
        o: 'the line to the modem is open again',
      });
    }),
  );
});

describe('a line that cannot be opened at first', () => {
  it(
    'is not opened again by itself, and by the next start',
    marbles(({ expectObservable, flush }, scheduler) => {
      const modem = scriptedModem({ scheduler, otherwise: nonos174.rules });
      const line = dialledLine(scheduler, lost('ECONNREFUSED'), lost('ECONNREFUSED'), modem);
      const nic = new ESP8285(line.uart, { longestQuiet: Infinity, scheduler });
      expectObservable(nic.start$().pipe(done, code())).toBe('#', undefined, 'ECONNREFUSED');
      expectObservable(concat(timer(90_000, scheduler).pipe(ignoreElements()), nic.start$()).pipe(done, code())).toBe(
        '90s (d|)',
        { d: 'done' },
      );
      flush();
      assert.deepStrictEqual(line.dialled, [0, 90_000]);
    }),
  );
});

describe('a line that cannot be opened again', () => {
  it(
    'is lost for good, with a code of its own, and tells so to whoever asks',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-----#', undefined, lost('ECONNRESET'));
      const modem = scriptedModem({ scheduler, otherwise: nonos174.rules, unasked$ });
      const nic = new ESP8285(modem.uart, { longestQuiet: Infinity, scheduler });
      nic.start$().subscribe();
      const server = new Socket(nic, { scheduler });
      expectObservable(nic.status$.pipe(told)).toBe('u----d', states);
      const later = (at: number, what$: Observable<unknown>) =>
        concat(timer(at, scheduler).pipe(ignoreElements()), what$).pipe(code());
      expectObservable(later(10, server.connect$(peer))).toBe('10ms #', undefined, 'ENODEV');
      expectObservable(later(20, nic.start$())).toBe('20ms #', undefined, 'ENODEV');
      expectObservable(later(30, nic.reset$())).toBe('30ms #', undefined, 'ENODEV');
    }),
  );
});

it(
  'a line that the program closes is lost for good, and so is what goes over it',
  marbles(({ cold, expectObservable }, scheduler) => {
    const { link4, modem, nic } = connected(scheduler, { firmware: nonos174 });
    concat(
      cold('-----|'),
      defer(() => modem.uart.close()),
    ).subscribe();
    expectObservable(nic.status$.pipe(told)).toBe('u----d', states);
    expectObservable(link4.recv$(5).pipe(code())).toBe('-----#', undefined, 'ENODEV');
  }),
);

describe('a line that is gone without a word', () => {
  /** Meanwhile the modem calls everything else busy. */
  const never = [200_000, ok] as const;

  it(
    'is found out by asking within a minute, and opened again',
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
  ])(
    'fails who %s within 15 s, silent at once or in the middle of it, and is opened again within 40 s',
    (_, slow, operation) => {
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
    },
  );

  it(
    'is not taken for one while a modem says anything',
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
    'that leads nowhere when it is open again is tried on, after growing pauses',
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
