import { InvalidArgumentError } from 'commander';

import type { AccessPoint, HostTable } from '../emulator';

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

/** `'host.example=127.0.0.1:8080'`, added to those before it. */
export function hostRoute(text: string, before: HostTable): HostTable {
  const [, name, where] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || where === undefined) throw new InvalidArgumentError('Try host.example=127.0.0.1:8080.');
  return { ...before, [name]: where };
}

/** `'my-ssid:my-password'`, cut at the first colon. */
export function accessPoint(text: string): AccessPoint {
  const [, ssid, key = ''] = /^([^:]+)(?::(.*))?$/.exec(text) ?? [];
  if (ssid === undefined) throw new InvalidArgumentError('Try my-ssid:my-password.');
  return { ssid, key };
}
