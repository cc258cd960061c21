import { InvalidArgumentError } from 'commander';

import type { Fault, ScheduledFault } from '../emulator';

type Kind = Fault['kind'];

/** Reads an argument's value; a flag has none. Throws what is wrong with it. */
type Read<T> = (value: string | undefined) => T;

/** What a kind of fault takes, by the names that the emulator's interface has for it. */
interface Form<F extends Fault> {
  /** The argument that needs no name. */
  readonly first?: Exclude<keyof F, 'kind'>;
  readonly takes: { readonly [Name in Exclude<keyof F, 'kind'>]-?: Read<NonNullable<F[Name]>> };
}

/** Longest delay of a timer, in ms. */
const longest = 2 ** 31 - 1;
const unit = { ms: 1, s: 1000, m: 60_000 } as const;
const nothing = { takes: {} };
const lasting = { first: 'for', takes: { for: duration } } as const;
const damage = { first: 'bytes', takes: { bytes: count, after: count, from: oneOf('modem', 'host') } } as const;

const forms: { readonly [K in Kind]: Form<Extract<Fault, { kind: K }>> } = {
  reset: { takes: { loseReady: flag } },
  watchdog: nothing,
  'brown-out': { first: 'bytes', takes: { bytes: count } },
  lose: damage,
  flip: damage,
  busy: lasting,
  silence: lasting,
  'log-leak': lasting,
  'wifi-lost': { first: 'for', takes: { for: duration, links: oneOf('close', 'late', 'keep') } },
  'dhcp-lost': lasting,
  'lose-prompt': nothing,
  'lose-reply': nothing,
  'lose-result': { first: 'as', takes: { as: words } },
  'lose-notice': nothing,
  'lose-closed': nothing,
  'cut-block': { first: 'after', takes: { after: count } },
  'send-fail': { takes: { thenOk: flag } },
  unplug: nothing,
};

/** How faults are written, for `--help`. */
export const faultHelp = `
A fault is written <kind>[:<argument>...]@<time>. Its time counts from the start, as in 1500ms, 2s or 1.5m. The kinds:
  reset[:loseReady]               the chip restarts; its "ready" drowns in the noise
  watchdog                        the chip prints what its watchdog prints, and restarts
  brown-out[:<bytes>]             the chip prints this many bytes of garbage, and restarts
  lose[:<bytes>][:after=<bytes>][:from=modem|host]
                                  the next bytes on the line are lost, after this many good ones
  flip[:<bytes>][:after=<bytes>][:from=modem|host]
                                  the next bytes on the line are changed
  busy[:<time>]                   every command is answered "busy p...", for this time or until a restart
  silence[:<time>]                the modem says nothing and hears nothing
  log-leak[:<time>]               lines of the firmware's log stand in front of passive reads
  wifi-lost[:<time>][:links=close|late|keep]
                                  the access point goes away, and comes back after this time
  dhcp-lost[:<time>]              the network gives no addresses, and gives them again after this time
  lose-prompt, lose-reply, lose-notice, lose-closed
                                  the next one of these is lost
  lose-result[:<words>]           the line that ends the next answer is lost, or has these words
  send-fail[:thenOk]              the next send fails; with thenOk it succeeds after all
  cut-block[:<bytes>]             the chip restarts inside the next block of data
  unplug                          the line is unplugged`;

/** `'wifi-lost:5s:links=keep@10s'`, added to those before it. */
export function scheduledFault(text: string, before: readonly ScheduledFault[] = []): readonly ScheduledFault[] {
  const [, what = '', when] = /^([^@]*)@(.*)$/s.exec(text) ?? [];
  if (when === undefined) throw new InvalidArgumentError('It does not say when; try reset@2s.');
  const [kind = '', ...given] = what.split(':');
  if (!isKind(kind)) {
    throw new InvalidArgumentError(`There is no fault "${kind}"; there are ${Object.keys(forms).join(', ')}.`);
  }
  const values = readArguments(kind, given);
  return [...before, { kind, ...values, at: duration(when) }];
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(forms, text);
}

function readArguments(kind: Kind, given: readonly string[]): Readonly<Record<string, unknown>> {
  const { first, takes }: { first?: string; takes: Readonly<Record<string, Read<unknown>>> } = forms[kind];
  const values: Record<string, unknown> = {};
  for (const argument of given) {
    const [, word = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const isNamed = value !== undefined || Object.hasOwn(takes, word);
    const name = isNamed ? word : first;
    const read = name !== undefined && Object.hasOwn(takes, name) ? takes[name] : undefined;
    if (name === undefined || read === undefined)
      throw new InvalidArgumentError(unknown(kind, argument, Object.keys(takes)));
    if (Object.hasOwn(values, name)) throw new InvalidArgumentError(`"${kind}" takes "${name}" once.`);
    values[name] = read(isNamed ? value : word);
  }
  return values;
}

function unknown(kind: Kind, argument: string, names: readonly string[]): string {
  return `"${kind}" does not take "${argument}"; it takes ${names.length > 0 ? names.join(', ') : 'nothing'}.`;
}

function words(value: string | undefined): string {
  if (!value) throw new InvalidArgumentError('It is a line, in which no ":" stands; try "SEND OKAY".');
  return value;
}

function count(value: string | undefined): number {
  if (!/^\d{1,9}$/.test(value ?? '')) throw new InvalidArgumentError(`"${value ?? ''}" is no number of bytes.`);
  return Number(value);
}

/** `'1500ms'`, `'2s'` or `'1.5m'`, in ms. */
export function duration(value: string | undefined): number {
  const [, digits, name] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m)$/.exec(value ?? '') ?? [];
  if (digits === undefined) throw new InvalidArgumentError(`"${value ?? ''}" is no time; try 1500ms, 2s or 1.5m.`);
  const milliseconds = Number(digits) * unit[name as keyof typeof unit];
  if (milliseconds > longest) throw new InvalidArgumentError(`"${value ?? ''}" is longer than 24 days.`);
  return milliseconds;
}

function flag(value: string | undefined): true {
  if (value !== undefined) throw new InvalidArgumentError(`It is said or not, and takes no value: not "${value}".`);
  return true;
}

function oneOf<T extends string>(...choices: readonly T[]): Read<T> {
  return (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new InvalidArgumentError(`"${value ?? ''}" is none of ${choices.join(', ')}.`);
    return choice;
  };
}
