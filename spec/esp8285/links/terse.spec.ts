import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, ignoreElements, map, type Observable, timestamp, toArray } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { nonos02, nonos174 } from '../../../harness/modems/firmware';
import { code, connected } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

/** When each of three sends has ended, of a modem that says so much of each. */
function sends(firmware: typeof nonos02, ...said: readonly (string | number)[]): readonly number[] {
  let ended: readonly number[] = [];
  marbles(({ flush }, scheduler) => {
    const script: Rule[] = [
      [/^AT\+CIPSEND=4,3$/, firmware.prompt],
      ['one', ...said],
    ];
    const { link4 } = connected(scheduler, { firmware, script });
    const send = (): Observable<unknown> => defer(() => link4.sendall$(Buffer.from('one')));
    const times$ = concat(send(), send(), send()).pipe(
      timestamp(scheduler),
      map(({ timestamp: at }) => at),
      toArray(),
    );
    times$.subscribe((times) => (ended = times));
    flush();
  })();
  return ended;
}

describe('a firmware that never says Recv', () => {
  it.each([
    ['echoes the bytes and says busy', ['one\r\nbusy s...\r\n\r\nSEND OK\r\n']],
    ['says nothing else', ['\r\nSEND OK\r\n']],
    ['takes its time', [300, '\r\nSEND OK\r\n']],
  ] as const)('sends: the first time with a question, and then at once, when it %s', (_, said) => {
    const [first = Infinity, second = Infinity, third = Infinity] = sends(nonos02, ...said);
    assert.ok(first <= 5_000, String(first));
    assert.ok(second - first <= 400 && third - second <= 400, `${first} ${second} ${third}`);
  });

  it('is told from one whose Recv is lost once', () => {
    const [first, second, third] = sends(nonos174, '\r\nRecv 3 bytes\r\n', 5, '\r\nSEND OK\r\n');
    assert.deepStrictEqual([first, second, third], [5, 10, 15]);
  });
});

it(
  'a byte of the data is lost, and the question takes its place, at AT 0.x: that is no success',
  marbles(({ expectObservable }, scheduler) => {
    const script: Rule[] = [
      ['one', '\r\nSEND OK\r\n'],
      // Of the set-up, and of the first send.
      ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
      ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
      ['two'],
      ['AT+CIPMUX?', 1, '\r\nSEND OK\r\n', 1, '\r\nERROR\r\n'],
    ];
    const { link4 } = connected(scheduler, { firmware: nonos02, script });
    const sending$ = concat(link4.sendall$('one'), link4.sendall$('two')).pipe(ignoreElements(), code());
    expectObservable(sending$).toBe('7002ms #', undefined, 'EIO');
  }),
);
