import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concat, defer, tap, timer, VirtualTimeScheduler } from 'rxjs';

import { createEmulator } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { type Command, command } from '../../../src/esp8285/commands/command';
import { Trace } from '../../../src/esp8285/trace/trace';
import { damagedEchoes, key, secret, showsKey } from '../../../harness/modems/secretEcho';
import { cut, latin1 } from '../../../harness/modems/frames';
import { short, told } from '../support/traceText';

describe('a key in the trace', () => {
  const heardAfter = (said: readonly Command[], lines: readonly string[]): readonly string[] => {
    const trace = new Trace(new VirtualTimeScheduler());
    const texts: string[] = [];
    trace.events$.subscribe(({ text }) => texts.push(text));
    for (const one of said) trace.said(one);
    for (const frame of cut(lines.map((line) => Buffer.from(`${line}\r\n`)))) trace.heard(frame);
    return texts.slice(said.length);
  };

  it('is not in the command', () => {
    assert.deepStrictEqual(told(new Trace(new VirtualTimeScheduler()).events$), []);
    const trace = new Trace(new VirtualTimeScheduler());
    const events = told(trace.events$);
    trace.said(secret);
    assert.deepStrictEqual(events, ['0 > command - 28 AT+CWJAP_CUR="my-ssid","…"']);
  });

  it('is hidden until a later command has been answered, and known reasons are shown', () => {
    const attention = command('AT');
    assert.deepStrictEqual(heardAfter([secret], ['"my-ssid","x', '+CWJAP:2', 'FAIL', 'y"']), [
      'a line of 12 bytes',
      '+CWJAP:2',
      'FAIL',
      'a line of 2 bytes',
    ]);
    assert.deepStrictEqual(heardAfter([secret, attention], ['x', 'OK', 'y']), ['a line of 1 bytes', 'OK', 'y']);
    assert.deepStrictEqual(heardAfter([secret, attention, secret], ['OK', 'y']), ['OK', 'a line of 1 bytes']);
  });

  it('is hidden from a subscriber who comes after it was sent', () => {
    const trace = new Trace(new VirtualTimeScheduler());
    trace.said(secret);
    const events = told(trace.events$);
    for (const frame of cut([Buffer.from(`,"${key}"\r\n`)])) trace.heard(frame);
    assert.deepStrictEqual(events, ['0 < fragment - 14 a line of 14 bytes']);
  });

  it('is in no damaged echo, whatever the damage', () => {
    fc.assert(
      fc.property(damagedEchoes(), (chunks) => {
        const trace = new Trace(new VirtualTimeScheduler());
        const events = told(trace.events$);
        trace.said(secret);
        for (const frame of cut(chunks.map(latin1))) trace.heard(frame);
        assert.ok(!events.some(showsKey), events.join('\n'));
      }),
    );
  });

  it.each(['1.5', '1.7.4', '2.2.2'] as const)('is in no echo of a modem with AT %s on a bad line', (firmware) => {
    const shown: string[] = [];
    for (let after = 0; after < secret.line.length; after++) {
      for (const kind of ['lose', 'flip'] as const) {
        const scheduler = new VirtualTimeScheduler();
        const emulator = createEmulator({ firmware, scheduler, accessPoints: [{ ssid: 'my-ssid', key }], seed: after });
        const nic = new ESP8285(emulator.uart, { scheduler });
        nic.trace$.subscribe((event) => shown.push(short(event)));
        const echoed$ = defer(() => {
          return concat(emulator.uart.write(Buffer.from('ATE1\r\n')), timer(100, scheduler));
        }).pipe(tap(() => emulator.fault({ kind, after, bytes: 1 + (after % 3) })));
        concat(nic.start$(), echoed$, nic.connect$('my-ssid', key)).subscribe({ error: () => undefined });
        concat(timer(60_000, scheduler), nic.close$()).subscribe();
        scheduler.flush();
      }
    }
    assert.ok(shown.some((text) => / < line .* a line of \d+ bytes$/.test(text)));
    assert.deepStrictEqual(shown.filter(showsKey), []);
  });
});
