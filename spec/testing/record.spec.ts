import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  BehaviorSubject,
  concat,
  concatMap,
  defer,
  delayWhen,
  EMPTY,
  filter,
  merge,
  mergeMap,
  NEVER,
  Subject,
  tap,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { firmwareVersions } from '../../src/emulator';
import type { Uart } from '../../src/streams';
import {
  formatBytes,
  parseRecording,
  type RecordedBytes,
  recordUart,
  scriptedModem,
  virtualModem,
} from '../../src/testing';
import type { TimedBytes } from '../../src/esp8285/trace/hideKeys';
import { KeyFilter } from '../../src/testing/keyFilter';

const key = 'Qz7~kEy:Wx9';
const stars = '*'.repeat(key.length);

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function showsKey(text: string): boolean {
  return Array.from({ length: key.length - 2 }, (_, at) => key.slice(at, at + 3)).some((part) => text.includes(part));
}

describe('the notation of a recording', () => {
  it('shows bytes as a line of text', () => {
    const bytes = latin1('\r\n+IPD,4,5:a\\b\0\xff OK\r\n> ');
    assert.equal(
      formatBytes({ after: 3, from: 'modem', bytes }),
      '3 < \\r\\n+IPD,4,5:a\\\\b\\x00\\xff OK\\r\\n>\\x20\n',
    );
  });

  it('leaves out empty lines and remarks', () => {
    assert.deepStrictEqual(parseRecording('# AT 1.5\n\n0 > AT\\r\\n\r\n'), [
      { after: 0, from: 'host', bytes: latin1('AT\r\n') },
    ]);
  });

  it('is read as it was written, whatever the bytes', () => {
    const bytes = fc.uint8Array({ minLength: 1 }).map((values) => Buffer.from(values));
    const from = fc.constantFrom('host' as const, 'modem' as const);
    const recorded = fc.record({ after: fc.nat(), from, bytes }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(recorded), (all: RecordedBytes[]) => {
        assert.deepStrictEqual(parseRecording(all.map(formatBytes).join('')), all);
      }),
    );
  });

  it.each(['> AT', '0 AT', '0 >', '0 > a\tb', '0 > \\x0', '-1 > AT', '0 > a\\'])('refuses %j', (line) => {
    assert.throws(() => parseRecording(line), /^Error: line 1 of the recording cannot be read/);
  });
});

describe('recordUart', () => {
  it('records both sides in the order in which they spoke, with the time between', () => {
    const scheduler = new VirtualTimeScheduler();
    const lines: string[] = [];
    const { uart } = scriptedModem({
      scheduler,
      script: [
        ['AT', 3, '\r\nOK\r\n'],
        ['ATE0', 'ATE0\r\r\n'],
      ],
    });
    const recorded = recordUart(uart, { scheduler, sink: (line) => lines.push(line) });
    recorded.rx$.subscribe();
    const say = (text: string) => defer(() => recorded.write(latin1(`${text}\r\n`)));
    concat(
      timer(5, scheduler),
      say('AT'),
      timer(10, scheduler),
      say('ATE0'),
      defer(() => recorded.close()),
    ).subscribe();
    scheduler.flush();
    assert.deepStrictEqual(lines, [
      '5 > AT\\r\\n\n',
      '3 < \\r\\nOK\\r\\n\n',
      '7 > ATE0\\r\\n\n',
      '0 < ATE0\\r\\r\\n\n',
    ]);
  });

  it('gives what it has held back when the line is lost', () => {
    const scheduler = new VirtualTimeScheduler();
    const lines: string[] = [];
    const unasked$ = concat(timer(9, scheduler).pipe(concatMap(() => throwError(() => new Error('unplugged')))));
    const recorded = recordUart(scriptedModem({ scheduler, unasked$ }).uart, {
      scheduler,
      sink: (line) => lines.push(line),
    });
    recorded.rx$.subscribe({ error: () => undefined });
    concat(defer(() => recorded.write(latin1(`AT+CWJAP="a","${key}"\r\n`)))).subscribe();
    assert.deepStrictEqual(lines, []);
    scheduler.flush();
    assert.deepStrictEqual(lines, [`0 > AT+CWJAP="a","${stars}"\\r\\n\n`]);
  });

  it('hands on all that a line may have', () => {
    const { uart } = scriptedModem({ scheduler: new VirtualTimeScheduler() });
    const whole: Required<Uart> = {
      ...uart,
      port: '/dev/ttyUSB0',
      notices$: NEVER,
      hints$: NEVER,
      longestPause: 3_000,
      collectsFor: 16,
      advice: { loss: 'lower the baud rate', silence: 'look at the cable' },
      hold: () => undefined,
      expect: () => undefined,
      ref: () => undefined,
      unref: () => undefined,
      reopen: () => EMPTY,
      baudRate: 9_600,
      setBaudRate: () => EMPTY,
    };
    const recorded = recordUart(whole, { sink: () => undefined });
    assert.deepStrictEqual(Object.keys(recorded).sort(), Object.keys(whole).sort());
    assert.deepStrictEqual(Object.keys(recordUart(uart, { sink: () => undefined })).includes('reopen'), false);
    const names = [
      'rx$',
      'readiness$',
      'port',
      'baudRate',
      'notices$',
      'hints$',
      'longestPause',
      'collectsFor',
      'advice',
      'hold',
      'expect',
    ] as const;
    for (const name of names) {
      assert.equal(recorded[name], whole[name]);
    }
  });

  it('goes on when the line has been opened again, each byte once', () => {
    const scheduler = new VirtualTimeScheduler();
    const lines: string[] = [];
    const { uart } = scriptedModem({ scheduler });
    const bytes = new Subject<Uint8Array>();
    const losses = new BehaviorSubject<Error | undefined>(undefined);
    const rx$ = defer(() =>
      merge(
        bytes,
        losses.pipe(
          filter(Boolean),
          mergeMap((loss) => throwError(() => loss)),
        ),
      ),
    );
    const reopen = () =>
      defer(() => {
        losses.next(undefined);
        return EMPTY;
      });
    const recorded = recordUart({ ...uart, rx$, reopen }, { scheduler, sink: (line) => lines.push(line) });
    const again$ = defer(() => recorded.reopen?.() ?? EMPTY);
    bytes.next(latin1('one'));
    losses.next(new Error('unplugged'));
    bytes.next(latin1('lost'));
    again$.subscribe();
    bytes.next(latin1('two'));
    again$.subscribe();
    bytes.next(latin1('three'));
    assert.deepStrictEqual(lines, ['0 < one\n', '0 < two\n', '0 < three\n']);
  });

  it.each(firmwareVersions)('shows no key of a modem with AT %s that echoes on a bad line', (firmware) => {
    const lines: string[] = [];
    for (let after = 0; after < 40; after++) {
      const scheduler = new VirtualTimeScheduler();
      const { emulator, nic } = virtualModem({
        scheduler,
        firmware,
        accessPoints: [{ ssid: 'my-ssid', key }],
        chunking: 5,
        line: (uart) => recordUart(uart, { scheduler, sink: (line) => lines.push(line) }),
      });
      const echoing$ = defer(() => concat(emulator.uart.write(latin1('ATE1\r\n')), timer(100, scheduler)));
      nic
        .start$()
        .pipe(
          delayWhen(() => echoing$),
          tap(() => emulator.fault({ kind: after % 2 ? 'lose' : 'flip', after, bytes: 1 + (after % 3) })),
          concatMap(() => nic.connect$('my-ssid', key)),
        )
        .subscribe({ error: () => undefined });
      concat(timer(60_000, scheduler), nic.close$()).subscribe();
      scheduler.flush();
    }
    assert.ok(lines.some((line) => line.includes(` > AT+CWJAP`) && line.includes(stars)));
    assert.deepStrictEqual(lines.filter(showsKey), []);
  });
});

describe('a key in a recording', () => {
  const filtered = (...said: readonly (readonly [TimedBytes['from'], string])[]): string[] => {
    const filter = new KeyFilter();
    const shown = said.flatMap(([from, text], at) => filter.push({ at, from, bytes: latin1(text) }));
    return [...shown, ...filter.end()].map(({ at, from, bytes }) => `${at} ${from} ${bytes.toString('latin1')}`);
  };
  const join = `AT+CWJAP_CUR="my-ssid","${key}"\r\n`;

  it.each(['AT+CWJAP', 'AT+CWJAP_CUR', 'AT+CWJAP_DEF', 'AT+CWSAP', 'AT+CWSAP_CUR'])('is stars in %s', (name) => {
    assert.deepStrictEqual(filtered(['host', `${name}="a\\"b","${key}",5,3\r\n`], ['modem', '\r\nOK\r\n']), [
      `0 host ${name}="a\\"b","${stars}",5,3\r\n`,
      '1 modem \r\nOK\r\n',
    ]);
  });

  it('is stars when SmartConfig has got it, and nothing is held back for that', () => {
    assert.deepStrictEqual(
      filtered(
        ['modem', 'Smart get wifi info\r\nssid:my-ssid\r\npassword:Qz7~'],
        ['modem', `${key.slice(4)}\r\nWIFI CONNECTED\r\n`],
      ),
      [
        '0 modem Smart get wifi info\r\nssid:my-ssid\r\npassword:****',
        `1 modem ${'*'.repeat(key.length - 4)}\r\nWIFI CONNECTED\r\n`,
      ],
    );
  });

  it('is stars when it is said and echoed in pieces', () => {
    assert.deepStrictEqual(
      filtered(
        ['host', 'AT+CWJAP="a","Qz7~'],
        ['modem', 'AT+CWJAP="a","Qz'],
        ['host', `${key.slice(4)}"\r\n`],
        ['modem', `${key.slice(2)}"\r\r\n\r\nFAIL\r\n`],
      ),
      [
        '0 host AT+CWJAP="a","****',
        '1 modem AT+CWJAP="a","**',
        `2 host ${stars.slice(4)}"\r\n`,
        `3 modem ${stars.slice(2)}"\r\r\n\r\nFAIL\r\n`,
      ],
    );
  });

  it.each([
    ['behind a payload that ends in no newline', ['hello', `AT+CWJAP="a","${key}"\r\n`]],
    ['when the name of its command is said in pieces', ['AT+C', `WJAP="a","${key}"\r\n`]],
    ['behind a payload that begins like its command', ['AT+CW', `AT+CWJAP="a","${key}"\r\n`]],
  ])('is stars %s', (_, [first = '', second = '']) => {
    assert.deepStrictEqual(filtered(['host', first], ['host', second], ['modem', 'OK\r\n']), [
      `0 host ${first}`,
      `1 host ${second.replace(key, stars)}`,
      '2 modem OK\r\n',
    ]);
  });

  it('takes a damaged echo with it, and nothing that the modem says besides', () => {
    const said = `AT+CW"my-ssid","Qz7~kE:Wx9"\r\r\nWIFI CONNECTED\r\n+IPD,0,3:abc\r\nOK\r\nQz7\r\n`;
    assert.deepStrictEqual(filtered(['host', join], ['modem', said]), [
      `0 host AT+CWJAP_CUR="my-ssid","${stars}"\r\n`,
      `1 modem AT+${'*'.repeat(24)}\r\r\nWIFI CONNECTED\r\n+IPD,0,3:abc\r\nOK\r\n***\r\n`,
    ]);
  });

  it.each(['+CWSAP', '+CWSAP_CUR', '+CWSAP_DEF'])('is stars in the answer %s', (name) => {
    assert.deepStrictEqual(
      filtered(
        ['host', `AT${name}?\r\n`],
        ['modem', `AT${name}?\r\r\n${name}:"a"b","Qz7~`],
        ['modem', `${key.slice(4)}",5,3,4,0\r\n\r\nOK\r\n`],
      ),
      [
        `0 host AT${name}?\r\n`,
        `1 modem AT${name}?\r\r\n${name}:"a"b","****`,
        `2 modem ${stars.slice(4)}",5,3,4,0\r\n\r\nOK\r\n`,
      ],
    );
  });

  it.each([
    [`AT+CWJAP="a","Qz7\\"~kEy"`, `AT+CWJAP="a","${'*'.repeat(9)}"`],
    [`at+cwjap="a","${key}"`, `at+cwjap="a","${stars}"`],
    [`AT+CWJAP="a","${key}","aa:bb:cc:dd:ee:ff"`, `AT+CWJAP="a","${stars}","aa:bb:cc:dd:ee:ff"`],
    [`AT+CWJAP=a,${key}`, `AT+CWJAP=a,${stars}`],
    [`AT+CWJAP="a", "${key}"`, `AT+CWJAP="a",*${stars}**`],
    [`AT+CWJAP="a"b","${key}"`, `AT+CWJAP="a"b",*${stars}*`],
    [`AT+CWJAP="a","Qz7"~kEy"`, `AT+CWJAP="a",${'*'.repeat(10)}`],
    [`AT+CWJEAP="a",1,"me","${key}"`, `AT+CWJEAP="a",${'*'.repeat(8)}${stars}*`],
    [`AT+CWJAP="a","`, `AT+CWJAP="a","`],
    ['AT+CWJAP="a,b', 'AT+CWJAP="a,b'],
    ['AT+CWJAP=?', 'AT+CWJAP=?'],
  ])('is stars in %s, and in its echo', (line, shown) => {
    assert.deepStrictEqual(filtered(['host', `${line}\r\n`], ['modem', `${line}\r\r\nERROR\r\n`]), [
      `0 host ${shown}\r\n`,
      `1 modem ${shown}\r\r\nERROR\r\n`,
    ]);
  });

  it('is looked for no longer when it has been answered', () => {
    assert.deepStrictEqual(filtered(['host', join], ['modem', 'OK\r\n'], ['modem', 'Qz7\r\n']).slice(1), [
      '1 modem OK\r\n',
      '2 modem Qz7\r\n',
    ]);
  });

  it('changes no length and no order', () => {
    const damage = fc.record({ at: fc.nat(80), lost: fc.nat(9), put: fc.string({ maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 3 }), fc.nat(80), (damages, cut) => {
        const echo = damages.reduce((text, { at, lost, put }) => text.slice(0, at) + put + text.slice(at + lost), join);
        const filter = new KeyFilter();
        const said = [
          { at: 0, from: 'host', bytes: latin1(join) },
          { at: 1, from: 'modem', bytes: latin1(echo.slice(0, cut)) },
          { at: 2, from: 'modem', bytes: latin1(`${echo.slice(cut)}\r\nOK\r\n`) },
          { at: 3, from: 'host', bytes: latin1('AT\r\n') },
        ] as const;
        const shown = [...said.flatMap((one) => filter.push(one)), ...filter.end()];
        const outline = (all: readonly TimedBytes[]) => all.map(({ at, from, bytes }) => [at, from, bytes.length]);
        assert.deepStrictEqual(outline(shown), outline(said));
        assert.ok(!showsKey(Buffer.concat(shown.map(({ bytes }) => bytes)).toString('latin1')));
      }),
    );
  });
});
