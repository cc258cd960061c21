import { InvalidArgumentError } from 'commander';

import type { AccessPoint, Host, HostTable } from '../../emulator';
import { longestDelay } from '../../streams/internal';

/** Milliseconds of each unit of time. */
const units = { ms: 1, s: 1000, m: 60_000 } as const;

/** Parses `'921600'`. */
export function parseWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

/** Parses `'0.5'`. */
export function parseDecimal(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It is not a number from 0 up.');
  return Number(text);
}

/** Parses `'3000'`. */
export function parsePort(text: string): number {
  const port = parseWholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return port;
}

/** Parses `'80=8080'`, a port of the modem and the port of this machine that stands in for it, and adds it to those before. */
export function parsePortMapping(
  text: string,
  before: Readonly<Record<number, number>>,
): Readonly<Record<number, number>> {
  const [, modem, machine] = /^(\d+)=(\d+)$/.exec(text) ?? [];
  if (modem === undefined || machine === undefined) throw new InvalidArgumentError('Try 80=8080.');
  const port = parsePort(modem);
  if (port === 0) throw new InvalidArgumentError('The modem has no port 0.');
  return { ...before, [port]: parsePort(machine) };
}

/**
 * Parses `'host.example=127.0.0.1:8080'`, and adds it to the hosts before it. The name may be followed by an address
 * (`@192.0.2.7`) and a port (`:80`), the target by a protocol (`/udp`) and a delay (`,delay=50ms`).
 */
export function parseHost(text: string, before: HostTable): HostTable {
  const [, name, address, port = '', to, protocol = '', options = ''] =
    /^([^=@:/]+)(?:@([\d.]+))?(:\d+)?=([^,/]+)(\/(?:tcp|udp))?((?:,[^,]+)*)$/.exec(text) ?? [];
  if (name === undefined || to === undefined) throw new InvalidArgumentError('Try host.example=127.0.0.1:8080.');
  const host: Host = { to, ...(address !== undefined && { address }), ...parseHostOptions(options) };
  return { ...before, [`${name}${port}${protocol}`]: host };
}

function parseHostOptions(text: string): Pick<Host, 'delay'> {
  if (text === '') return {};
  const [, delay] = /^,delay=(\d{1,5}(?:\.\d{1,3})?)(?:ms)?$/.exec(text) ?? [];
  if (delay === undefined) throw new InvalidArgumentError(`"${text.slice(1)}" is not a delay; try delay=50ms.`);
  return { delay: Number(delay) };
}

/** Parses `'my-ssid:my-password'`; the first colon ends the SSID. */
export function parseAccessPoint(text: string): AccessPoint {
  const [, ssid, key = ''] = /^([^:]+)(?::(.*))?$/.exec(text) ?? [];
  if (ssid === undefined) throw new InvalidArgumentError('Try my-ssid:my-password.');
  return { ssid, key };
}

/** How long joining a network and getting an address take. */
export type JoinTimes = Pick<AccessPoint, 'association' | 'dhcp'>;

/** Parses `'1.5s'`, the time of joining, or `'1.5s,35s'`, with the time of DHCP. */
export function parseJoinTimes(text: string): JoinTimes {
  const [association, dhcp, ...more] = text.split(',');
  if (more.length > 0) throw new InvalidArgumentError('Try 1.5s,35s.');
  return { association: parseDuration(association), ...(dhcp !== undefined && { dhcp: parseDuration(dhcp) }) };
}

/** Parses a time, `'1500ms'`, `'2s'` or `'1.5m'`, and gives it in milliseconds. */
export function parseDuration(value: string | undefined): number {
  const [, digits, name] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m)$/.exec(value ?? '') ?? [];
  if (digits === undefined) throw new InvalidArgumentError(`"${value ?? ''}" is not a time; try 1500ms, 2s or 1.5m.`);
  const milliseconds = Number(digits) * units[name as keyof typeof units];
  if (milliseconds > longestDelay) throw new InvalidArgumentError(`"${value ?? ''}" is longer than 24 days.`);
  return milliseconds;
}
