import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map } from 'rxjs';

import type { RejoinOptions } from '../../../src/esp8285';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const ok = '\r\nOK\r\n';
const lost = 'WIFI DISCONNECT\r\n';
const back = 'WIFI CONNECTED\r\nWIFI GOT IP\r\n';
const ready = '\r\nready\r\n';
const offline: Rule = ['AT+CIPSTATUS', `STATUS:5\r\n${ok}`];

describe.each([
  ['AT 1.7.4', nonos174, '\r\nFAIL\r\n'],
  ['ESP-AT 2.2.2', espAt222, '\r\nERROR\r\n'],
])('a network that is lost, %s', (_, firmware, failed) => {
  const joining = /^AT\+CWJAP(?:_CUR)?="net"/;
  const joined: Rule = [joining, ok];
  const gone: Rule = [joining, 10, `+CWJAP:3\r\n${failed}`];
  const wifi = map(({ wifi: state }: { readonly wifi: string }) => state);
  const values = { u: 'up', d: 'down', j: 'joining' };
  const joins = (heard: readonly string[]) => heard.filter((line) => joining.test(line)).length;

  it(
    'is joined again when the modem has not found back by itself within 15 s',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [offline, joined, [joining, 10, back, 1, ok]];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('--l', { l: lost }) });
      nic.connect$('net', 'key').subscribe();
      expectObservable(nic.status$.pipe(wifi)).toBe('u-d 15009ms (ju)', values);
      flush();
      assert.strictEqual(joins(modem.heard), 2);
    }),
  );

  it(
    'is left to the modem when that finds back by itself',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--l 14s b', { l: lost, b: back });
      const { nic, modem } = stage(scheduler, { firmware, script: [offline, joined], unasked$ });
      nic.connect$('net', 'key').subscribe();
      expectObservable(nic.status$.pipe(wifi)).toBe('u-d 14s (ju)', values);
      flush();
      assert.strictEqual(joins(modem.heard), 1);
    }),
  );

  it.each(['STATUS:2', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.0.2.1",80,49152,0'])(
    'is not joined again, which would end connections, when the modem has it after all: %j',
    (said) => {
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        const script: Rule[] = [offline, joined, ['AT+CIPSTATUS', `${said}\r\n${ok}`]];
        const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('--l', { l: lost }) });
        nic.connect$('net', 'key').subscribe();
        expectObservable(nic.status$.pipe(wifi)).toBe('u-d 14999ms u', values);
        flush();
        assert.strictEqual(joins(modem.heard), 1);
      })();
    },
  );

  it(
    'is joined again when its status is unknown, or only that connections have ended',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [offline, joined, ['AT+CIPSTATUS', `STATUS:4\r\n${ok}`], ['AT+CIPSTATUS', failed]];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('--l 20s l', { l: lost }) });
      nic.connect$('net', 'key').subscribe();
      expectObservable(nic.status$.pipe(wifi)).toBe('u-d 14999ms u 5000ms d 14999ms u', values);
      flush();
      assert.strictEqual(joins(modem.heard), 3);
    }),
  );

  it(
    'is joined again each time',
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('--l 20s l', { l: lost });
      const { nic, modem } = stage(scheduler, { firmware, script: [offline, joined], unasked$ });
      nic.connect$('net', 'key').subscribe();
      flush();
      // This modem says OK and nothing of Wi-Fi, which is enough to be on the network.
      assert.strictEqual(joins(modem.heard), 3);
    }),
  );

  it.each<[string, RejoinOptions, number, number]>([
    ['five times more by default', {}, 6, 6 * 10 + 1000 + 2000 + 4000 + 8000 + 16_000],
    ['as often as it is told to', { count: 2 }, 3, 3 * 10 + 1000 + 2000],
    ['from the pause on that it is told', { count: 3, firstPause: 200 }, 4, 4 * 10 + 200 + 400 + 800],
    ['not once more', { count: 0 }, 1, 10],
    ['with a minute between at most', { count: 3, firstPause: 45_000 }, 4, 4 * 10 + 45_000 + 60_000 + 60_000],
  ])('is tried after growing pauses, %s', (__, rejoin, attempts, took) => {
    marbles(({ cold, flush }, scheduler) => {
      const script: Rule[] = [offline, joined, gone];
      const { nic, modem } = stage(scheduler, { firmware, script, rejoin, unasked$: cold('--l', { l: lost }) });
      nic.connect$('net', 'key').subscribe();
      modem.heard.length = 0;
      flush();
      assert.strictEqual(joins(modem.heard), attempts);
      assert.strictEqual(scheduler.now(), 2 + 15_000 + took);
    })();
  });

  it.each([
    ['when it is lost', lost],
    ['after a restart', ready],
  ])('is not joined again where that is not wanted, %s', (__, message) => {
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('--l', { l: message });
      const { nic, modem } = stage(scheduler, { firmware, script: [offline, joined], rejoin: false, unasked$ });
      nic.connect$('net', 'key').subscribe();
      modem.heard.length = 0;
      flush();
      assert.strictEqual(joins(modem.heard), 0);
      assert.strictEqual(scheduler.now(), 2);
    })();
  });

  it(
    'is not joined again once it has been left, even if both were asked for at once',
    marbles(({ cold, flush }, scheduler) => {
      const script: Rule[] = [offline, [joining, 1, ok], ['AT+CWQAP', 1, lost, ok]];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('9ms r', { r: ready }) });
      nic.connect$('net', 'key').subscribe();
      nic.disconnect$().subscribe();
      flush();
      assert.strictEqual(joins(modem.heard), 1);
      assert.strictEqual(scheduler.now(), 9);
    }),
  );

  it(
    'is not joined again once another one was asked for, even if that was not found',
    marbles(({ cold, flush }, scheduler) => {
      const other: Rule = [/^AT\+CWJAP(?:_CUR)?="other"/, 1, lost, `+CWJAP:3\r\n${failed}`];
      const unasked$ = cold('9ms r', { r: ready });
      const { nic, modem } = stage(scheduler, { firmware, script: [offline, joined, other], unasked$ });
      concat(nic.connect$('net', 'key'), nic.connect$('other', 'key')).subscribe({ error: () => undefined });
      flush();
      assert.strictEqual(joins(modem.heard), 1);
    }),
  );

  it(
    'is still joined again when the other one could not be asked for',
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('9ms r', { r: ready });
      const { nic, modem } = stage(scheduler, { firmware, script: [offline, joined], unasked$ });
      concat(nic.connect$('net', 'key'), nic.connect$('other\n', 'key')).subscribe({ error: () => undefined });
      flush();
      assert.strictEqual(joins(modem.heard), 2);
    }),
  );
});
