import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { catchError, map, type Observable, of } from 'rxjs';

import { OSError } from '../../../src/usocket/contract/osError';
import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, type Stage, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const offline: Rule = ['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n'];
const key = 'correct "horse" battery';
const values = { j: 'joined' };

const dialects: readonly (readonly [string, Firmware, join: string, failed: string])[] = [
  ['AT 1.7.4', nonos174, 'AT+CWJAP_CUR', '\r\nFAIL\r\n'],
  ['ESP-AT 2.2.2', espAt222, 'AT+CWJAP', '\r\nERROR\r\n'],
];

/** Where a failure might be shown: in its message, as JSON, and as a console prints it with all that it holds. */
function shownOf(error: unknown): string {
  const causes: unknown[] = [];
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at);
  return [...causes.map(String), JSON.stringify(causes), inspect(error, { depth: Infinity, showHidden: true })].join(
    '\n',
  );
}

function failure(operation$: Observable<unknown>): Observable<OSError> {
  return operation$.pipe(
    map(() => assert.fail('expected a failure')),
    catchError((error: unknown) => of(error instanceof OSError ? error : assert.fail(String(error)))),
  );
}

describe.each(dialects)('joining a network, %s', (_, firmware, join, failed) => {
  const joining = (...said: readonly (string | number)[]): Rule => [
    new RegExp(`^${join.replace('+', '\\+')}="`),
    ...said,
  ];
  const at = (scheduler: Parameters<typeof stage>[0], ...rules: Rule[]): Stage =>
    stage(scheduler, { firmware, script: [offline, ...rules] });

  it(
    'S10 escapes name and key, and ends when the modem has an address',
    marbles(({ expectObservable, flush }, scheduler) => {
      const rule = joining(5, 'WIFI CONNECTED\r\n', 3, 'WIFI GOT IP\r\n', 2, '\r\nOK\r\n');
      const { nic, modem } = at(scheduler, rule);
      expectObservable(nic.connect$('my,net', 'pa"ss\\w').pipe(map(() => 'joined'))).toBe('8ms (j|)', values);
      expectObservable(nic.status$.pipe(map(({ wifi }) => wifi))).toBe('d----j--u', {
        d: 'down',
        j: 'joining',
        u: 'up',
      });
      flush();
      assert.deepStrictEqual(modem.heard, [`${join}="my\\,net","pa\\"ss\\\\w"`]);
      assert.ok(nic.isconnected());
    }),
  );

  it(
    'joins an open network without a key',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = at(scheduler, joining(5, '\r\nOK\r\n'));
      expectObservable(nic.connect$('open').pipe(map(() => 'joined'))).toBe('-----(j|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [`${join}="open",""`]);
    }),
  );

  it.each([
    ['', 'no key was given'],
    ['5%key', 'the key is shorter than the 8 characters'],
  ])('says what may be wrong with a key that no WPA network has: %j', (given, advice) => {
    marbles(({ flush }, scheduler) => {
      const { nic } = at(scheduler, joining(9, '+CWJAP:2\r\n', failed));
      const told: string[] = [];
      failure(nic.connect$('net', given)).subscribe(({ message }) => told.push(message));
      flush();
      expect(told).toEqual([expect.stringContaining(advice)]);
      if (given !== '') expect(told[0]).not.toContain(given);
    })();
  });

  it(
    'refuses an empty SSID, and sends nothing',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = at(scheduler);
      expectObservable(nic.connect$('', key).pipe(code())).toBe('#', undefined, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it.each([
    ['S11 1, a timeout', '+CWJAP:1\r\n', 'ETIMEDOUT'],
    ['S11 2, a wrong key', '+CWJAP:2\r\n', 'EACCES'],
    ['S11 3, no such network', '+CWJAP:3\r\n', 'ENOENT'],
    ['S11 4, turned away', '+CWJAP:4\r\n', 'ECONNREFUSED'],
    ['0, which no manual has', '+CWJAP:0\r\n', 'EIO'],
    ['no code', '', 'EIO'],
    ['no address', 'WIFI CONNECTED\r\nDHCP TIMEOUT\r\n', 'ETIMEDOUT'],
    ['a code behind a lost network', 'WIFI DISCONNECT\r\n+CWJAP:2\r\n', 'EACCES'],
  ])('%s: has a code of its own', (__, said, expected) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = at(scheduler, joining(9, said, failed));
      expectObservable(nic.connect$('net', key).pipe(code())).toBe('9ms #', values, expected);
    })();
  });

  it.each([
    ['a refusal', '+CWJAP:2\r\n', failed],
    ['an echo', `${join}="net","correct \\"horse\\" battery"\r\n+CWJAP:2\r\n`, failed],
    ['an echo behind noise', `x${join}="net","correct \\"horse\\" battery"\r\n+CWJAP:2\r\n`, failed],
    ['a piece of one that a message cuts', 'rect \\"horse\\" battery"WIFI DISCONNECT\r\n+CWJAP:2\r\n', failed],
    ['an echo that a message cuts', `${join}="net","correct \\"ho0,CLOSED\r\nrse\\" battery"\r\n+CWJAP:2\r\n`, failed],
    ['silence', '', ''],
  ])('shows the key in no error: %s', (__, said, end) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = at(scheduler, joining(9, said, end));
      const shown$ = failure(nic.connect$('net', key)).pipe(map(shownOf));
      expectObservable(shown$.pipe(map((shown) => /horse|battery|correct/.exec(shown)?.[0]))).toBe(
        said === '' ? '2500ms (u|)' : '9ms (u|)',
        { u: undefined },
      );
    })();
  });

  it(
    'shows the key in no inspection of the interface',
    marbles((__, scheduler) => {
      const { nic } = at(scheduler, joining('\r\nOK\r\n'));
      nic.connect$('net', key).subscribe();
      const shown = inspect(nic, { depth: 3, showHidden: true }) + Object.keys(nic).join();
      assert.ok(!/horse|battery|correct/.test(shown), shown);
    }),
  );

  it.each([
    ['a line end in the name', 'net\r\nAT+RST', 'key'],
    ['a line end in the key', 'net', 'key\nAT+RST'],
    ['NUL', 'net\0', 'key'],
    ['a name too long', 'x'.repeat(33), 'key'],
    ['a key too long', 'net', 'x'.repeat(65)],
  ])('refuses %s, and says nothing to the modem: EINVAL', (__, ssid, given) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = at(scheduler);
      expectObservable(nic.connect$(ssid, given).pipe(code())).toBe('#', values, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });

  it(
    'S12 makes other commands wait, and does not mistake busy for the end',
    marbles(({ expectObservable, flush }, scheduler) => {
      const rule = joining(5, '\r\nbusy p...\r\n', 10, 'WIFI CONNECTED\r\n', 10, 'WIFI GOT IP\r\n', 5, '\r\nOK\r\n');
      const { nic, modem } = at(
        scheduler,
        rule,
        [
          /CIPSTA/,
          '+CIPSTA:ip:"192.168.1.5"\r\n+CIPSTA:gateway:"192.168.1.1"\r\n+CIPSTA:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
        ],
        [/CWJAP.*\?/, 'No AP\r\n\r\nOK\r\n'],
      );
      expectObservable(nic.connect$('net', key).pipe(map(() => 'joined'))).toBe('30ms (j|)', values);
      expectObservable(nic.ifconfig$().pipe(map(() => 'joined'))).toBe('30ms (j|)', values);
      flush();
      assert.strictEqual(modem.heard.length, 3);
    }),
  );

  it(
    'does not end with a network that a busy modem joins before it is asked again',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = at(
        scheduler,
        joining('\r\nbusy p...\r\n', 10, 'WIFI CONNECTED\r\n', 10, 'WIFI GOT IP\r\n'),
        joining('WIFI DISCONNECT\r\n', 1_000, `+CWJAP:3\r\n${failed}`),
      );
      expectObservable(nic.connect$('net', key).pipe(code())).toBe('1050ms #', values, 'ENOENT');
    }),
  );

  it(
    'waits as long as DHCP may take, once the access point has let the modem in',
    marbles(({ expectObservable }, scheduler) => {
      const rule = joining(3_000, 'WIFI CONNECTED\r\n', 32_000, 'WIFI GOT IP\r\n', '\r\nOK\r\n');
      const { nic } = at(scheduler, rule);
      expectObservable(nic.connect$('net', key).pipe(map(() => 'joined'))).toBe('35s (j|)', values);
    }),
  );

  it.each([
    ['never comes', joining(1_000, 'WIFI CONNECTED\r\n')],
    ['is given up by the modem', joining(3_000, 'WIFI CONNECTED\r\n', 15_000, '+CWJAP:1\r\n', failed)],
    ['is given up, as AT 1.x says it', joining(3_000, 'WIFI CONNECTED\r\n', 15_000, 'DHCP TIMEOUT\r\n', failed)],
  ])('speaks of the address, and not of the key, when one %s', (__, rule) => {
    marbles(({ flush }, scheduler) => {
      const { nic } = at(scheduler, rule);
      let failure: unknown;
      nic.connect$('net', key).subscribe({ error: (error: unknown) => (failure = error) });
      flush();
      assert.ok(failure instanceof OSError && failure.code === 'ETIMEDOUT', String(failure));
      assert.match(failure.message, /address/);
      assert.ok(!/\bkey\b/.test(failure.message), failure.message);
    })();
  });

  it.each([
    ['+CWJAP:2\r\n', 'EACCES'],
    ['+CWJAP: 3\r\n', 'ENOENT'],
    ['+CWJAP_CUR:2\r\n', 'EACCES'],
    ['+CWJAP_DEF:4\r\n', 'ECONNREFUSED'],
    ['+CWJAP:12\r\n', 'EIO'],
  ])('understands the reason in other forms: %j', (said, expected) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = at(scheduler, joining(9, said, failed));
      expectObservable(nic.connect$('net', key).pipe(code())).toBe('9ms #', values, expected);
    })();
  });

  it.each([
    ['No AP\r\n\r\nOK\r\n', undefined],
    ['\r\nERROR\r\n', undefined],
    ['\r\nOK\r\n', undefined],
    ['+CWJAP:"net","aa:bb:cc:dd:ee:ff",6,-52\r\n\r\nOK\r\n', 'EIO'],
  ])('has nothing to leave when it has joined nothing: %j', (said, expected) => {
    marbles((__, scheduler) => {
      const { nic } = at(scheduler, ['AT+CWQAP', '\r\nERROR\r\n'], [/^AT\+CWJAP(?:_CUR)?\?$/, said]);
      const told: unknown[] = [];
      nic
        .disconnect$()
        .pipe(code())
        .subscribe({ next: () => told.push(undefined), error: (error: unknown) => told.push(error) });
      assert.deepStrictEqual(told, [expected]);
    })();
  });

  it(
    'leaves a network: its connections have not been ended by their peers, even if they end first',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CWQAP', 2, '4,CLOSED\r\nWIFI DISCONNECT\r\n\r\nOK\r\n']];
      const { nic, link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.recv$(10).pipe(code())).toBe('--#', {}, 'ENETDOWN');
      expectObservable(nic.disconnect$().pipe(map(() => 'left'))).toBe('--(l|)', { l: 'left' });
    }),
  );

  it(
    'joins another network: connections over the first one have not been ended by their peers, even if they end first',
    marbles(({ expectObservable }, scheduler) => {
      const said = `4,CLOSED\r\nWIFI DISCONNECT\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n`;
      const { nic, link4 } = connected(scheduler, { firmware, script: [[/^AT\+CWJAP(?:_CUR)?=/, 2, said]] });
      expectObservable(link4.recv$(10).pipe(code())).toBe('--#', {}, 'ENETDOWN');
      expectObservable(nic.connect$('other', key).pipe(map(() => 'joined'))).toBe('--(j|)', { j: 'joined' });
    }),
  );

  it(
    'leaves a network',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, {
        firmware,
        script: [['AT+CWQAP', 2, '\r\nOK\r\n', 1, 'WIFI DISCONNECT\r\n']],
      });
      expectObservable(nic.disconnect$().pipe(map(() => 'left'))).toBe('--(l|)', { l: 'left' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CWQAP']);
      assert.ok(!nic.isconnected());
    }),
  );
});
