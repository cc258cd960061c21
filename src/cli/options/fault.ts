import { InvalidArgumentError } from 'commander';

import { type Fault, type FaultArgument, faultArguments, type ScheduledFault } from '../../emulator';
import { parseDuration } from './values';

type Kind = Fault['kind'];

/** Parses the value of an argument; a flag has none. Throws an `InvalidArgumentError` that says what is wrong. */
type Parse = (value: string | undefined) => unknown;

const parsers: Readonly<Record<Exclude<FaultArgument, readonly string[]>, Parse>> = {
  flag,
  time: parseDuration,
  bytes: count,
  speed,
  line: words,
};

/** How faults are written; a part of the text of `--help`. */
export const faultHelp = `
A fault is written <kind>[:<argument>...]@<time>. Its time counts from the start, as in 1500ms, 2s or 1.5m. The kinds:
  reset[:loseReady]               the chip restarts; its "ready" drowns in the noise
  watchdog                        the chip prints what its watchdog prints, and restarts
  brown-out[:<bytes>]             the chip prints this many bytes of garbage, and restarts
  lose[:<bytes>][:after=<bytes>][:from=modem|host]
                                  the next bytes on the line are lost, after this many good ones
  flip[:<bytes>][:after=<bytes>][:from=modem|host]
                                  the next bytes on the line are changed
  marginal:<baud>[:every=<bytes>][:from=modem|host]
                                  above this speed, the line changes one byte in 50, or in as many as given
  busy[:<time>]                   every command is answered "busy p...", for this time or until a restart
  silence[:<time>]                the modem says nothing and hears nothing
  log-leak[:<time>]               lines of the firmware's log stand in front of passive reads
  wifi-lost[:<time>][:links=close|late|keep]
                                  the access point goes away, and comes back after this time
  dhcp-lost[:<time>]              the network gives no addresses, and gives them again after this time
  lose-prompt, lose-reply, lose-notice, lose-closed
                                  the next one of these is lost
  keep-waiting[:overtake]         turning passive receive off leaves what waits in the modem, and later data with it; with overtake they come first
  lose-result[:<words>]           the line that ends the next answer is lost, or has these words
  send-fail[:thenOk]              the next send fails; with thenOk it succeeds after all
  cut-block[:<bytes>]             the chip restarts inside the next block of data
  unplug                          the line is unplugged`;

/** Parses a fault, `'wifi-lost:5s:links=keep@10s'`, and adds it to those before it. */
export function parseFault(text: string, before: readonly ScheduledFault[] = []): readonly ScheduledFault[] {
  const [, what = '', when] = /^([^@]*)@(.*)$/s.exec(text) ?? [];
  if (when === undefined) throw new InvalidArgumentError('It does not say when; try reset@2s.');
  const [kind = '', ...given] = what.split(':');
  if (!isKind(kind)) {
    throw new InvalidArgumentError(`There is no fault "${kind}"; there are ${Object.keys(faultArguments).join(', ')}.`);
  }
  const values = parseArguments(kind, given);
  return [...before, { kind, ...values, at: parseDuration(when) }];
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(faultArguments, text);
}

function parseArguments(kind: Kind, given: readonly string[]): Readonly<Record<string, unknown>> {
  const takes: Readonly<Record<string, FaultArgument>> = faultArguments[kind];
  // The first argument needs no name, unless it has no value either.
  const [first] = Object.keys(takes).filter((name) => takes[name] !== 'flag');
  const values: Record<string, unknown> = {};
  for (const argument of given) {
    const [, word = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const isNamed = value !== undefined || Object.hasOwn(takes, word);
    const name = isNamed ? word : first;
    const what = name !== undefined && Object.hasOwn(takes, name) ? takes[name] : undefined;
    if (name === undefined || what === undefined)
      throw new InvalidArgumentError(unknown(kind, argument, Object.keys(takes)));
    if (Object.hasOwn(values, name)) throw new InvalidArgumentError(`"${kind}" takes "${name}" once.`);
    const parse = typeof what === 'string' ? parsers[what] : oneOf(what);
    values[name] = parse(isNamed ? value : word);
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
  if (!/^\d{1,9}$/.test(value ?? '')) throw new InvalidArgumentError(`"${value ?? ''}" is not a number of bytes.`);
  return Number(value);
}

function speed(value: string | undefined): number {
  if (!/^\d{2,7}$/.test(value ?? '')) throw new InvalidArgumentError(`"${value ?? ''}" is not a speed; try 460800.`);
  return Number(value);
}

function flag(value: string | undefined): true {
  if (value !== undefined) throw new InvalidArgumentError(`It is said or not, and takes no value: not "${value}".`);
  return true;
}

function oneOf(choices: readonly string[]): Parse {
  return (value) => {
    if (value === undefined || !choices.includes(value))
      throw new InvalidArgumentError(`"${value ?? ''}" is not one of ${choices.join(', ')}.`);
    return value;
  };
}
