import { ignoreElements, map, type SchedulerLike, tap, timer } from 'rxjs';

import { ESP8285, type ModemOptions, type Status } from '../../../src/esp8285';
import { type Rule, type ScriptedModem, scriptedModem } from '../../../src/testing';
import { Socket } from '../../../src/usocket';
import { OSError } from '../../../src/usocket/contract/osError';
import { dialledLine } from '../../../harness/lines/dialledLine';
import { nonos174 } from '../../../harness/modems/firmware';

export const ok = '\r\nOK\r\n';
export const done = map(() => 'done');
export const lost = (code: 'ENODEV' | 'ECONNRESET' | 'ECONNREFUSED' = 'ENODEV') =>
  new OSError(code, 'read', 'host:1: it is gone');
export const told = map(
  ({ modem, wifi, redialIn }: Status) => `${modem} ${wifi}${redialIn === undefined ? '' : ` ${redialIn}`}`,
);
export const states = {
  s: 'starting down',
  u: 'up up',
  o: 'up down',
  d: 'down down',
  '1': 'down down 1000',
  '2': 'down down 2000',
  '4': 'down down 4000',
};

/** A driver that is set up at time 0 on a line that leads to one modem after another. */
export function onDialledLine(
  scheduler: SchedulerLike,
  options: ModemOptions & { readonly firmware?: typeof nonos174; readonly script?: readonly Rule[] },
  ...next: readonly ('up' | 'silent' | Error)[]
) {
  const { firmware = nonos174, script = [], ...modemOptions } = options;
  const taken: Rule = [/^AT\+(?:CWJAP|CIPSERVER=1|CIPSTO|CWHOSTNAME)/, ok];
  const make = (): ScriptedModem => scriptedModem({ scheduler, script: [...script, taken], otherwise: firmware.rules });
  const silent = (): ScriptedModem => scriptedModem({ scheduler });
  const modems = ['up' as const, ...next].map((one) => (one === 'up' ? make() : one === 'silent' ? silent() : one));
  const line = dialledLine(scheduler, ...modems);
  const nic = new ESP8285(line.uart, { longestQuiet: Infinity, ...modemOptions, scheduler });
  nic.start$().subscribe();
  const heard = (index: number): readonly string[] => {
    const modem = modems[index];
    return modem === undefined || modem instanceof Error ? [] : modem.heard;
  };
  const loseAt = (milliseconds: number, error = lost()) =>
    timer(milliseconds, scheduler).pipe(
      tap(() => {
        line.lose(error);
      }),
      ignoreElements(),
    );
  return { nic, line, heard, loseAt, modems, socket: () => new Socket(nic, { scheduler }) };
}
