import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import { factoryFlash } from '../firmware/settings';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import { accept, type Call, type Command } from './command';

function restart(modem: Modem): Observable<Print> {
  return concat(
    modem.runner.result('\r\nOK\r\n'),
    defer(() => (modem.restart(), EMPTY)),
  );
}

function showUart({ memory, personality }: Modem, { name, saved }: Call): Observable<Print> {
  const { baud, frame } = memory.of(saved);
  return of(personality.uart(name, baud, frame));
}

function setUart(modem: Modem, { args, persist, name }: Call): Observable<Print> {
  const { memory, runner } = modem;
  const baud = args.number(0, 80, 4_608_000);
  const frame = [args.number(1, 5, 8), args.number(2, 1, 3), args.number(3, 0, 2), args.number(4, 0, 3)].join(',');
  args.limit(5);
  // This command has suffixes in both families. Only `_CUR` leaves the flash as it is.
  if (persist && !name.endsWith('_CUR')) Object.assign(memory.flash, { baud, frame });
  return concat(
    runner.result('\r\nOK\r\n'),
    defer(() => {
      Object.assign(memory.settings, { baud, frame });
      modem.changeBaud(baud);
      return EMPTY;
    }),
  );
}

/** Restart, echo, the line, and the settings of the system. */
export const systemCommands: readonly Command[] = [
  { name: '', run: accept },
  { name: 'E0', run: ({ memory }) => void (memory.settings.echo = false) },
  { name: 'E1', run: ({ memory }) => void (memory.settings.echo = true) },
  { name: '+GMR', run: ({ personality }) => of(personality.gmr) },
  { name: '+RST', run: restart, ownResult: ['run'] },
  {
    name: '+RESTORE',
    ownResult: ['run'],
    run: (modem) => {
      Object.assign(modem.memory.flash, factoryFlash(modem.personality, {}));
      return restart(modem);
    },
  },
  { name: '+UART', suffixes: 'always', query: showUart, set: setUart, ownResult: ['set'] },
  {
    name: '+SYSRAM',
    since: { N: 1.4, E: 2 },
    query: ({ personality }) => of(personality.ram),
  },
  {
    name: '+SYSSTORE',
    since: { E: 2.1 },
    query: ({ memory }) => of(`+SYSSTORE:${memory.settings.store ? 1 : 0}\r\n`),
    set: ({ memory }, { args }) => void (memory.settings.store = args.flag(0)),
  },
  {
    name: '+SYSLOG',
    since: { E: 2.1 },
    query: ({ memory }) => of(`+SYSLOG:${memory.settings.errorCodes ? 1 : 0}\r\n`),
    set: ({ memory }, { args }) => void (memory.settings.errorCodes = args.flag(0)),
  },
  {
    name: '+SYSMSG',
    since: { N: 1.6, E: 2 },
    suffixes: 'too',
    query: ({ memory }, { name, saved }) => of(`${name}:${memory.of(saved).messages}\r\n`),
    set: ({ memory }, { args, persist }) => memory.change({ messages: args.number(0, 0, 7) }, persist),
  },
  {
    name: '+SYSTIMESTAMP',
    since: { E: 2.1 },
    query: ({ memory, scheduler }) => {
      const { seconds, at } = memory.settings.timestamp;
      return of(`+SYSTIMESTAMP:${seconds + (at === 0 ? 0 : Math.floor((scheduler.now() - at) / 1000))}\r\n`);
    },
    set: ({ memory, scheduler }, { args }) => {
      memory.settings.timestamp = { seconds: args.number(0, 0, 0x7fffffff), at: scheduler.now() };
    },
  },
];
