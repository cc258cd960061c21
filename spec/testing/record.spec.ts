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

import { latin1 } from '../../harness/modems/frames';
import { key, showsKey } from '../../harness/modems/secretEcho';
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

const stars = '*'.repeat(key.length);

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
    const whole: Required<Omit<Uart, 'write$'>> = {
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
