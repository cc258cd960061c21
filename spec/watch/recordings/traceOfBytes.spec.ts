import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { concat, concatMap, ignoreElements, of, tap, timer, VirtualTimeScheduler } from 'rxjs';

import type { TraceEvent } from '../../../src/esp8285';
import { firmwareVersions } from '../../../src/emulator';
import { recordUart, virtualModem } from '../../../src/testing';
import { readRecording, type SaidEvent } from '../../../src/watch';

const folder = 'harness/recordings';
const recordings = readdirSync(folder).filter((file) => file.endsWith('.txt'));

function said(text: string): readonly SaidEvent[] {
  return readRecording(text).filter((event) => event.type === 'said');
}

function shown(event: SaidEvent): string {
  return `${event.time} ${withoutTime(event)}`;
}

/** Without the key, which a trace hides in another way than a recording. */
function withoutTime({ direction, kind, link, text }: TraceEvent | SaidEvent): string {
  return [direction, kind, link, text.replace(/(AT\+CWJAP\w*).*/, '$1')].join(' ');
}

describe('the trace that is derived from a recording', () => {
  it.each(firmwareVersions)('is the one of the driver, with AT %s', (firmware) => {
    const scheduler = new VirtualTimeScheduler();
    let text = '';
    const trace: TraceEvent[] = [];
    const { nic, online$, socket } = virtualModem({
      scheduler,
      firmware,
      chunking: 3,
      latency: 7,
      hosts: { '192.168.1.9:7000': (asked$) => concat(asked$, of('x'.repeat(5_000))) },
      line: (uart) => recordUart(uart, { scheduler, sink: (line) => (text += line) }),
    });
    nic.trace$.pipe(tap((event) => trace.push(event))).subscribe();
    const sock = socket();
    online$
      .pipe(
        concatMap(() => sock.connect$(['192.168.1.9', 7000])),
        concatMap(() => sock.sendall$('ATE0\r\n>OK\r\n')),
        concatMap(() => sock.read$(11)),
        concatMap(() => timer(500, scheduler)),
        concatMap(() => sock.close$()),
        concatMap(() => nic.close$()),
        ignoreElements(),
      )
      .subscribe();
    scheduler.flush();
    const spoken = trace.filter(({ direction }) => direction !== 'by driver');
    const derived = said(text);
    assert.deepStrictEqual(derived.map(withoutTime), spoken.map(withoutTime));
    assert.ok(derived.length > 30);
    // The driver may know that its line collects bytes for less time, and then decides sooner.
    const isLater = ({ time }: SaidEvent, index: number) => Math.abs(time - (spoken[index]?.time ?? 0)) > 20;
    assert.deepStrictEqual(derived.filter(isLater), []);
  });

  it.each(recordings)('is whole for %s', (file) => {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const trace = said(text);
    assert.ok(trace.length > 0);
    // A block or a line that is not understood would be more than the recording of a damaged line has.
    const damage = trace.filter(({ kind }) => kind === 'damage' || kind === 'noise').length;
    assert.equal(damage, file.startsWith('reset-in') ? 1 : 0);
  });

  it('has the data of a send whose prompt was lost, and what is no command', () => {
    const text = ['0 > AT+CIPSEND=2,3\\r\\n', '1 < \\r\\nOK\\r\\n', '2 > abc', '3 > +++', '4 > AT\\r\\n', ''].join(
      '\n',
    );
    assert.deepStrictEqual(said(text).map(shown), [
      '0 to modem command 2 AT+CIPSEND=2,3',
      '1 from modem final  OK',
      '3 to modem data 2 3 bytes',
      '6 to modem data 2 3 bytes',
      '10 to modem command  AT',
    ]);
  });

  it('has commands and data that come in pieces', () => {
    const text = ['0 > AT+CIPS', '1 > END=0,6\\r\\n', '1 < OK\\r\\n> ', '1 > abc', '1 > defAT', '1 > \\r\\n'].join(
      '\n',
    );
    assert.deepStrictEqual(said(text.replace('> \n', '>\\x20\n')).map(shown), [
      '1 to modem command 0 AT+CIPSEND=0,6',
      '2 from modem final  OK',
      '2 from modem prompt  >',
      '3 to modem data 0 3 bytes',
      '4 to modem data 0 3 bytes',
      '5 to modem command  AT',
    ]);
  });

  it('shows a message that a silence has cut off, and the block before a silence', () => {
    const text = ['0 < \\r\\n+IPD,1,2:O', '1 < K', '600 < \\r\\n+IPD,1,9:abc', '700 > AT\\r\\n', ''].join('\n');
    assert.deepStrictEqual(said(text).map(shown), [
      '21 from modem block 1 2 bytes',
      '1101 from modem damage 1 a damaged block',
      '1301 to modem command  AT',
    ]);
  });
});
