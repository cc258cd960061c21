import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, ignoreElements, type Observable, timer } from 'rxjs';

import { ESP8285 } from '../../../src/esp8285';
import { scriptedModem } from '../../../src/testing';
import { Socket } from '../../../src/usocket';
import { dialledLine } from '../../../harness/lines/dialledLine';
import { nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { done, lost, states, told } from '../support/onDialledLine';

describe('a line that cannot be opened at first', () => {
  it(
    'is opened again by the next start, and not by itself',
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
    'is lost for good, and fails all that follows with a code of its own',
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
  'a line that the program closes is lost for good, with its connections',
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
