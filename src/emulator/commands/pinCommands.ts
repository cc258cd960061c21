import { defer, EMPTY, type Observable, of } from 'rxjs';

import type { Arguments, Call, Command, Context } from './command';
import type { Print } from '../line/output';
import { Refusal, errorCode } from '../firmware/refusal';

const since = { N: 1.4 } as const;

/** Mode, pull-up, direction and level of a pin. To nothing it is connected. */
interface Pin {
  readonly mode: number;
  readonly pullUp: number;
  readonly output: number;
  readonly level: number;
}

const fresh: Pin = { mode: 0, pullUp: 0, output: 0, level: 0 };

function pinOf({ memory }: Context, args: Arguments): { readonly name: string; readonly pin: Pin } {
  const name = `pin ${args.number(0, 0, 15)}`;
  const text = memory.settings.plain[name];
  return { name, pin: text === undefined ? fresh : (JSON.parse(text) as Pin) };
}

function change(context: Context, args: Arguments, changes: (pin: Pin) => Partial<Pin>): Observable<never> {
  return defer(() => {
    const { settings } = context.memory;
    const { name, pin } = pinOf(context, args);
    settings.plain = { ...settings.plain, [name]: JSON.stringify({ ...pin, ...changes(pin) }) };
    return EMPTY;
  });
}

function show(
  context: Context,
  { args, name: command }: Call,
  values: (pin: Pin) => readonly number[],
): Observable<Print> {
  return defer(() => {
    const { pin } = pinOf(context, args);
    return of(`${command}:${[args.number(0, 0, 15), ...values(pin)].join(',')}\r\n`);
  });
}

/** NonOS' general purpose pins. */
export const pinCommands: readonly Command[] = [
  {
    name: '+SYSIOSETCFG',
    since,
    set: (context, { args }) =>
      change(context, args, () => ({ mode: args.number(1, 0, 7), pullUp: args.number(2, 0, 1) })),
  },
  { name: '+SYSIOGETCFG', since, set: (context, call) => show(context, call, ({ mode, pullUp }) => [mode, pullUp]) },
  {
    name: '+SYSGPIODIR',
    since,
    set: (context, { args }) => change(context, args, () => ({ output: args.number(1, 0, 1) })),
  },
  {
    name: '+SYSGPIOWRITE',
    since,
    set: (context, { args }) =>
      change(context, args, ({ output }) => {
        if (output === 0) throw new Refusal('NOT OUTPUT MODE!', errorCode.failed);
        return { level: args.number(1, 0, 1) };
      }),
  },
  { name: '+SYSGPIOREAD', since, set: (context, call) => show(context, call, ({ output, level }) => [output, level]) },
];
