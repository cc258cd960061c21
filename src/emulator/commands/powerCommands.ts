import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import { accept, type Call, type Command } from './command';
import { plainSetting } from './plainSetting';

/** The highest transmission power, in steps of 0.25 dBm. */
const mostPower = 82;

/** The supply voltage that the chip measures, in 1/1024 V: about 3.3 V. */
const supply = 3370;

/** Prints the duration, and then nothing until the reset that wakes the modem: its GPIO16 is connected to RST. */
function deepSleep(modem: Modem, { args }: Call): Observable<Print> {
  const duration = args.number(0, 0, 0x7fffffff);
  return concat(
    of(`${duration}\r\n`),
    modem.runner.result('\r\nOK\r\n'),
    defer(() => (modem.sleep(duration), EMPTY)),
  );
}

/** Sleep and power. Only deep sleep has an effect here. */
export const powerCommands: readonly Command[] = [
  { name: '+GSLP', set: deepSleep, ownResult: ['set'] },
  plainSetting({
    name: '+SLEEP',
    initial: '2',
    since: { N: 0 },
    read: (args) => String(args.number(0, 0, 2)),
  }),
  plainSetting({
    name: '+SLEEP',
    initial: '0',
    since: { E: 0 },
    read: (args) => String(args.number(0, 0, 3)),
  }),
  plainSetting({
    name: '+RFPOWER',
    initial: '78',
    // The manual of NonOS has no query.
    only: { query: 'E' },
    read: (args, { personality }) => String(args.number(0, personality.family === 'E' ? 40 : 0, mostPower)),
  }),
  {
    name: '+RFVDD',
    since: { N: 0 },
    query: () => of(`+RFVDD:${supply}\r\n`),
    set: (_, { args }) => void args.number(0, 1900, 3300),
    run: accept,
  },
  {
    name: '+WAKEUPGPIO',
    since: { N: 0 },
    set: (_, { args }) => {
      if (args.flag(0)) args.number(1, 0, 15);
      if (args.has(2)) args.flag(2);
    },
  },
  {
    name: '+SLEEPWKCFG',
    since: { E: 2.1 },
    set: (_, { args }) => {
      args.number(0, 0, 2);
      args.limit(3);
    },
  },
  { name: '+SYSADC', since: { N: 1.4 }, query: () => of('+SYSADC:1024\r\n') },
];
