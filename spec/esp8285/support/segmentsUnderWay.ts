import { concat, type SchedulerLike } from 'rxjs';

import { nonos174 } from '../../../harness/modems/firmware';
import { peer, stage } from '../../../harness/modems/stage';
import type { Rule } from '../../../src/testing';

export const words = ['one..', 'two..', 'three', 'four.'];
export const saidOnce = words.flatMap((word) => ['AT+CIPSENDBUF=4,5', word]);
const taken = '\r\nRecv 5 bytes\r\n';

/** The prompt for a segment with this number. */
export const prompted = (number: number): Rule => [/^AT\+CIPSENDBUF=4,\d+$/, `${number},0\r\n`, nonos174.prompt];
/** The result of a segment. */
export const result = (segment: number, word: 'OK' | 'FAIL') => `\r\n4,${segment},SEND ${word}\r\n`;

/** Sends four segments at time 0, all of which the modem takes. Then it says the results. */
export function fourUnderWay(scheduler: SchedulerLike, results: readonly (string | number)[]) {
  const script: Rule[] = words.flatMap((word, at): Rule[] => [
    prompted(at + 1),
    [word, taken, ...(at === 3 ? results : [])],
  ]);
  const { socket, modem } = stage(scheduler, { firmware: nonos174, script, receive: 'pushed' });
  const link4 = socket({ sendAhead: true });
  link4.connect$(peer).subscribe();
  modem.heard.length = 0;
  return { link4, modem, sends$: concat(...words.map((word) => link4.send$(word))) };
}
