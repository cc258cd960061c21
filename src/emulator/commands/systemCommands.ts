import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import type { Call, Command, Context } from './command';
import type { Print } from '../line/output';
import { factoryFlash } from '../firmware/settings';

/** A setting that is taken and changes nothing here. */
function accept(): Observable<Print> {
  return EMPTY;
}

function restart({ control }: Context): Observable<Print> {
  return concat(
    control.result('\r\nOK\r\n'),
    defer(() => (control.restart(), EMPTY)),
  );
}

function showUart({ memory, personality }: Context, { name, saved }: Call): Observable<Print> {
  const { baud, frame } = saved ? memory.flash : memory.settings;
  return of(personality.uart(name, baud, frame));
}

function setUart({ memory, control }: Context, { args, persist, name }: Call): Observable<Print> {
  const baud = args.number(0, 80, 4_608_000);
  const frame = [args.number(1, 5, 8), args.number(2, 1, 3), args.number(3, 0, 2), args.number(4, 0, 3)].join(',');
  args.limit(5);
  // Here both families write the flash only when told to by name, or by having no suffix at all.
  if (persist && !name.endsWith('_CUR')) Object.assign(memory.flash, { baud, frame });
  return concat(
    control.result('\r\nOK\r\n'),
    defer(() => {
      Object.assign(memory.settings, { baud, frame });
      control.changeBaud(baud);
      return EMPTY;
    }),
  );
}

/** The modem itself. */
export const systemCommands: readonly Command[] = [
  { name: '', run: accept },
  { name: 'E0', run: ({ memory }) => defer(() => ((memory.settings.echo = false), EMPTY)) },
  { name: 'E1', run: ({ memory }) => defer(() => ((memory.settings.echo = true), EMPTY)) },
  { name: '+GMR', run: ({ personality }) => of(personality.gmr) },
  { name: '+RST', run: restart, ownResult: ['run'] },
  {
    name: '+RESTORE',
    ownResult: ['run'],
    run: (context) =>
      defer(() => {
        Object.assign(context.memory.flash, factoryFlash(context.personality, {}));
        return restart(context);
      }),
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
    set: ({ memory }, { args }) => defer(() => ((memory.settings.store = args.flag(0)), EMPTY)),
  },
  {
    name: '+SYSLOG',
    since: { E: 2.1 },
    query: ({ memory }) => of(`+SYSLOG:${memory.settings.errorCodes ? 1 : 0}\r\n`),
    set: ({ memory }, { args }) => defer(() => ((memory.settings.errorCodes = args.flag(0)), EMPTY)),
  },
  {
    name: '+SYSMSG',
    since: { N: 1.6, E: 2 },
    suffixes: 'too',
    query: ({ memory }, { name, saved }) =>
      of(`${name}:${saved ? memory.flash.messages : memory.settings.messages}\r\n`),
    set: ({ memory }, { args, persist }) =>
      defer(() => {
        memory.settings.messages = args.number(0, 0, 7);
        if (persist) memory.flash.messages = memory.settings.messages;
        return EMPTY;
      }),
  },
  {
    name: '+SYSTIMESTAMP',
    since: { E: 2.1 },
    query: ({ memory, scheduler }) =>
      defer(() => {
        const { seconds, at } = memory.settings.timestamp;
        return of(`+SYSTIMESTAMP:${seconds + (at === 0 ? 0 : Math.floor((scheduler.now() - at) / 1000))}\r\n`);
      }),
    set: ({ memory, scheduler }, { args }) =>
      defer(() => {
        memory.settings.timestamp = { seconds: args.number(0, 0, 0x7fffffff), at: scheduler.now() };
        return EMPTY;
      }),
  },
];
