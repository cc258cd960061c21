import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, filter, ignoreElements, map, merge, timer } from 'rxjs';

import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, peer } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { done, lost, ok, onDialledLine, states, told } from '../support/onDialledLine';

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
    'is tried for ever, in the end every 30 s, or as the options say',
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
    'fails at once what is asked for while it is lost, and works afterwards',
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
    'comes back with the network, the settings and the listening port',
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
    'is not opened again once the interface is closed',
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
