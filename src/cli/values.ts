import { InvalidArgumentError } from 'commander';

import type { AccessPoint, Host, HostTable } from '../emulator';
import { duration } from './fault';

/** `'921600'`. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is no whole number.');
  return Number(text);
}

/** `'0.5'`. */
export function decimal(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It is no number from 0 up.');
  return Number(text);
}

/** `'3000'`. */
export function tcpPort(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return port;
}

/** `'80=8080'`, added to those before it: a port of the modem, and the one of this machine that stands in for it. */
export function portMapping(text: string, before: Readonly<Record<number, number>>): Readonly<Record<number, number>> {
  const [, modem, machine] = /^(\d+)=(\d+)$/.exec(text) ?? [];
  if (modem === undefined || machine === undefined) throw new InvalidArgumentError('Try 80=8080.');
  const port = tcpPort(modem);
  if (port === 0) throw new InvalidArgumentError('The modem has no port 0.');
  return { ...before, [port]: tcpPort(machine) };
}

/**
 * `'host.example=127.0.0.1:8080'`, added to those before it. The name may have an address behind it (`@192.0.2.7`) and
 * the port that it is about (`:80`); where it leads may have a protocol (`/udp`) and a delay (`,delay=50ms`).
 */
export function hostRoute(text: string, before: HostTable): HostTable {
  const [, name, address, port = '', to, protocol = '', options = ''] =
    /^([^=@:/]+)(?:@([\d.]+))?(:\d+)?=([^,/]+)(\/(?:tcp|udp))?((?:,[^,]+)*)$/.exec(text) ?? [];
  if (name === undefined || to === undefined) throw new InvalidArgumentError('Try host.example=127.0.0.1:8080.');
  const host: Host = { to, ...(address !== undefined && { address }), ...hostOptions(options) };
  return { ...before, [`${name}${port}${protocol}`]: host };
}

function hostOptions(text: string): Pick<Host, 'delay'> {
  if (text === '') return {};
  const [, delay] = /^,delay=(\d{1,5}(?:\.\d{1,3})?)(?:ms)?$/.exec(text) ?? [];
  if (delay === undefined) throw new InvalidArgumentError(`"${text.slice(1)}" is no delay; try delay=50ms.`);
  return { delay: Number(delay) };
}

/** `'my-ssid:my-password'`, cut at the first colon. */
export function accessPoint(text: string): AccessPoint {
  const [, ssid, key = ''] = /^([^:]+)(?::(.*))?$/.exec(text) ?? [];
  if (ssid === undefined) throw new InvalidArgumentError('Try my-ssid:my-password.');
  return { ssid, key };
}

export type JoinTimes = Pick<AccessPoint, 'association' | 'dhcp'>;

/** `'1.5s'`, or `'1.5s,35s'`. */
export function joinTimes(text: string): JoinTimes {
  const [association, dhcp, ...more] = text.split(',');
  if (more.length > 0) throw new InvalidArgumentError('Try 1.5s,35s.');
  return { association: duration(association), ...(dhcp !== undefined && { dhcp: duration(dhcp) }) };
}
