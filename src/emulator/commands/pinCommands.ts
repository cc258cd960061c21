import { type Observable, of } from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import type { Call, Command } from './command';

const since = { N: 1.4 } as const;

/** Mode, pull-up, direction and level of a pin, which is not connected to anything. */
interface Pin {
  readonly mode: number;
  readonly pullUp: number;
  readonly output: number;
  readonly level: number;
}

const fresh: Pin = { mode: 0, pullUp: 0, output: 0, level: 0 };

function pinOf({ memory }: Modem, args: Arguments): { readonly name: string; readonly pin: Pin } {
  const name = `pin ${args.number(0, 0, 15)}`;
  const text = memory.settings.plain[name];
  return { name, pin: text === undefined ? fresh : (JSON.parse(text) as Pin) };
}

function change(modem: Modem, args: Arguments, changes: (pin: Pin) => Partial<Pin>): undefined {
  const { settings } = modem.memory;
  const { name, pin } = pinOf(modem, args);
  settings.plain = { ...settings.plain, [name]: JSON.stringify({ ...pin, ...changes(pin) }) };
}

function show(modem: Modem, { args, name: command }: Call, values: (pin: Pin) => readonly number[]): Observable<Print> {
  const { pin } = pinOf(modem, args);
  return of(`${command}:${[args.number(0, 0, 15), ...values(pin)].join(',')}\r\n`);
}

/** The general purpose pins of NonOS. */
export const pinCommands: readonly Command[] = [
  {
    name: '+SYSIOSETCFG',
    since,
    set: (modem, { args }) => change(modem, args, () => ({ mode: args.number(1, 0, 7), pullUp: args.number(2, 0, 1) })),
  },
  { name: '+SYSIOGETCFG', since, set: (modem, call) => show(modem, call, ({ mode, pullUp }) => [mode, pullUp]) },
  {
    name: '+SYSGPIODIR',
    since,
    set: (modem, { args }) => change(modem, args, () => ({ output: args.number(1, 0, 1) })),
  },
  {
    name: '+SYSGPIOWRITE',
    since,
    set: (modem, { args }) =>
      change(modem, args, ({ output }) => {
        if (output === 0) throw new Refusal('NOT OUTPUT MODE!', errorCode.failed);
        return { level: args.number(1, 0, 1) };
      }),
  },
  { name: '+SYSGPIOREAD', since, set: (modem, call) => show(modem, call, ({ output, level }) => [output, level]) },
];
