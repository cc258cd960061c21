import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map, timestamp } from 'rxjs';

import { ESP8285 } from '../../../src/esp8285';
import { type Rule, scriptedModem } from '../../../src/testing';
import { nonos174 } from '../../../harness/modems/firmware';
import { marbles } from '../../../harness/time/marbles';

const query = 'AT+UART_CUR?';
const change = 'AT+UART_CUR=115273,8,1,0,3';
const ok = '\r\nOK\r\n';
const line = (flow: number) => `+UART_CUR:115273,8,1,0,${flow}\r\nOK\r\n`;

/** Sets a modem up on a line with flow control; tells when it is up, what it has heard of the line, and what is noted. */
function setUp(script: readonly Rule[]): { up: number | undefined; asked: string[]; notes: string[] } {
  const asked: string[] = [];
  const notes: string[] = [];
  let up: number | undefined;
  marbles(({ flush }, scheduler) => {
    const modem = scriptedModem({ scheduler, script, otherwise: nonos174.rules });
    const uart = { ...modem.uart, hold: () => undefined };
    const nic = new ESP8285(uart, { flowControl: true, longestQuiet: Infinity, scheduler });
    nic.trace$.subscribe(({ kind, text }) => kind === 'note' && notes.push(text));
    nic
      .start$()
      .pipe(
        map(() => 'up'),
        timestamp(scheduler),
      )
      .subscribe((told) => (up = told.timestamp));
    flush();
    asked.push(...modem.heard.filter((heard) => heard.includes('UART')));
  })();
  return { up, asked, notes };
}

describe('flow control of the line in the set-up', () => {
  it('is asked for when it is not in use', () => {
    const script: Rule[] = [
      [query, line(0)],
      [change, ok],
    ];
    assert.deepStrictEqual(setUp(script), { up: 20, asked: [query, change], notes: [] });
    assert.deepStrictEqual(setUp([[query, line(3)]]), { up: 0, asked: [query], notes: [] });
  });

  it.each([
    ['is lost', ''],
    ['is cut', '\r\nO'],
    ['has lost a byte', '\r\nK\r\n'],
    ['comes as noise', '\x00\xfe\xf0'],
  ])('is asked about when the OK of the change %s, and used when the modem has made it', (_, said) => {
    const { up, asked, notes } = setUp([
      [query, line(0)],
      [change, said],
      [query, line(3)],
    ]);
    assert.deepStrictEqual(asked, [query, change, query]);
    assert.ok(up !== undefined && up <= 5_000, String(up));
    assert.deepStrictEqual(notes, []);
  });

  it('is asked for once more when the modem has not heard the command', () => {
    const { up, asked, notes } = setUp([
      [query, line(0)],
      [change, ''],
      [query, line(0)],
      [change, ok],
    ]);
    assert.deepStrictEqual(asked, [query, change, query, change]);
    assert.ok(up !== undefined && up <= 5_000, String(up));
    assert.deepStrictEqual(notes, []);
  });

  it.each<readonly [string, readonly Rule[]]>([
    ['does not make the change', [[query, line(0)], [change]]],
    [
      'refuses the change',
      [
        [query, line(0)],
        [change, '\r\nERROR\r\n'],
      ],
    ],
    ['does not know the query', []],
    ['says something else', [[query, ok]]],
  ])('is done without, and that is told, when the modem %s', (_, script) => {
    const { up, notes } = setUp(script);
    assert.ok(up !== undefined && up <= 10_000, String(up));
    assert.deepStrictEqual(notes, ['the modem does not take flow control of the line: it is used without']);
  });
});
