import type { AccessPoint } from '../network/accessPoint';
import type { Host } from '../network/internet';
import type { Fault } from '../simulation/fault';
import { type FaultArgument, faultArguments } from '../simulation/faultArguments';
import { type Latencies, type Range, realisticLatencies } from '../simulation/latencies';
import {
  bytes,
  type Check,
  either,
  fail,
  flag,
  isText,
  line,
  listOf,
  number,
  oneOf,
  shaped,
  tableOf,
  text,
  time,
  whole,
} from './checks';
import { type Condition, condition } from './conditions';
import { entryKinds } from './journal';

const port = whole(0, 65_535);

const argumentChecks: Readonly<Record<Exclude<FaultArgument, readonly string[]>, Check<unknown>>> = {
  flag,
  time,
  bytes,
  speed: whole(1, 99_999_999),
  line,
};

/** A fault, and when it is to happen: at once, or when a condition is met. */
export function orderedFault(params: unknown): { readonly fault: Fault; readonly when?: Condition } {
  const kind = typeof params === 'object' && params !== null && 'kind' in params ? params.kind : undefined;
  if (!isKind(kind)) fail(`"kind" must be one of ${Object.keys(faultArguments).join(', ')}`);
  const takes = Object.entries<FaultArgument>(faultArguments[kind]).map(
    ([name, what]) => [name, typeof what === 'string' ? argumentChecks[what] : oneOf(...what)] as const,
  );
  const shape = { kind: oneOf(kind), ...Object.fromEntries(takes), when: condition };
  const { when, ...fault } = shaped(shape)(params, `the fault ${kind}`);
  return { fault: { ...fault, kind }, ...(when !== undefined && { when }) };
}

function isKind(value: unknown): value is Fault['kind'] {
  return isText(value) && Object.hasOwn(faultArguments, value);
}

const host: Check<string | Host> = either(isText, (value, name) => {
  const { to, ...more } = shaped({ to: text, address: text, delay: number(0, 60_000) })(value, name);
  return { to: to ?? fail(`${name} must have "to", as "127.0.0.1:8080"`), ...more };
});

const accessPoint: Check<AccessPoint> = (value, name) => {
  const { ssid, ...more } = shaped({
    ssid: text,
    key: text,
    bssid: text,
    channel: whole(1, 14),
    rssi: whole(-128, 0),
    ecn: whole(0, 4),
    wrongKeyCode: oneOf(1, 2, 4),
    fails: oneOf(1, 4),
    association: time,
    dhcp: either((given): given is boolean => typeof given === 'boolean', time),
    address: text,
  })(value, name);
  return { ssid: ssid ?? fail(`${name} must have "ssid"`), ...more };
};

const range: Check<Range> = (value, name) => {
  const [shortest, longest, ...more] = listOf(time)(value, name);
  if (shortest === undefined || longest === undefined || more.length > 0) fail(`${name} must be [shortest, longest]`);
  return [shortest, longest];
};

const latencies = shaped(
  Object.fromEntries(Object.keys(realisticLatencies).map((name) => [name, range])) as Record<
    keyof Latencies,
    Check<Range>
  >,
);

export const changes = shaped({
  accessPoints: listOf(accessPoint),
  hosts: tableOf(host),
  ports: tableOf(port),
  latency: number(0, 1000),
  latencies,
  connectTimeout: time,
  joinTimeout: time,
  interleave: number(0, 1),
});

export const hostChanges = shaped({ set: tableOf(host), remove: listOf(text) });

const entries = { since: whole(0, Number.MAX_SAFE_INTEGER), kinds: listOf(oneOf(...entryKinds)) };
export const watching = shaped({ ...entries, on: flag });
export const selection = shaped(entries);

export const station: Check<{ readonly mac: string; readonly address?: string }> = (value, name) => {
  const { mac, ...more } = shaped({ mac: line, address: line })(value, name);
  return { mac: mac ?? fail(`${name} must have "mac", as "02:00:00:00:00:07"`), ...more };
};

export const nothing = shaped({});
