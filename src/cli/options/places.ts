import { InvalidArgumentError } from 'commander';

import type { LocalAddress } from '../../proxy/localServer';
import { parsePort } from './values';

/** A host in brackets, a name or an address; for a regular expression. */
const host = String.raw`\[[\da-f:.]+\]|[^:[\]\s]+`;

const loopback = '127.0.0.1';

/** Parses `'1080'`, `'127.0.0.1:1080'` and `'[::1]:1080'`, where something listens on this machine. */
export function parseListen(text: string): LocalAddress {
  const [, given = loopback, port = ''] = new RegExp(`^(?:(${host}):)?(\\d{1,5})$`, 'i').exec(text) ?? [];
  if (port === '') throw new InvalidArgumentError('Try 1080, or 127.0.0.1:1080.');
  return { host: withoutBrackets(given), port: parsePort(port) };
}

/** Parses `'https://pages.example'`, where pages come from, or `'null'`, which browsers send for a page of a file. */
export function parseOrigin(text: string): string {
  if (text === 'null') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.host === '') throw new InvalidArgumentError('Try https://pages.example.');
  // As browsers send it. A scheme that `URL` does not know, such as that of an extension, has no origin there.
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
}

/** Parses `'host.example:80'`. */
export function parseHostPort(text: string): LocalAddress {
  const [, name = '', port = ''] = new RegExp(`^(${host}):(\\d{1,5})$`, 'i').exec(text) ?? [];
  if (port === '') throw new InvalidArgumentError('Try host.example:5000.');
  return { host: withoutBrackets(name), port: portFrom1(port) };
}

/** A port of this machine that leads to a port of a host in the modem's network. */
export interface ForwardedPort {
  readonly listen: LocalAddress;
  readonly target: LocalAddress;
}

/** Parses `'8080:host.example:80'`, or with an address in front of it, and adds it to those before it. */
export function parseForward(text: string, before: readonly ForwardedPort[] = []): readonly ForwardedPort[] {
  const form = new RegExp(`^((?:(?:${host}):)?\\d{1,5}):(${host}):(\\d{1,5})$`, 'i');
  const [, listen = '', name = '', port = ''] = form.exec(text) ?? [];
  if (port === '') throw new InvalidArgumentError('Try 8080:host.example:80, or 127.0.0.1:8080:host.example:80.');
  return [...before, { listen: parseListen(listen), target: { host: withoutBrackets(name), port: portFrom1(port) } }];
}

/** A port of the modem that leads to a server of this machine. */
export interface PublicPort {
  readonly port: number;
  readonly target: LocalAddress;
}

/** Parses `'8080:localhost:3000'`, or `'8080:3000'` for a server of this machine. */
export function parsePublicPort(text: string): PublicPort {
  const form = new RegExp(`^(\\d{1,5})(?::(${host}))?:(\\d{1,5})$`, 'i');
  const [, port = '', name = loopback, to = ''] = form.exec(text) ?? [];
  if (port === '') throw new InvalidArgumentError('Try 8080:localhost:3000, or 8080:3000.');
  return { port: portFrom1(port), target: { host: withoutBrackets(name), port: portFrom1(to) } };
}

/** Writes an address as it is given. */
export function shownAddress({ host: name, port }: LocalAddress): string {
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function portFrom1(text: string): number {
  const port = parsePort(text);
  if (port === 0) throw new InvalidArgumentError('Port 0 is only for where something listens on this machine.');
  return port;
}

function withoutBrackets(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}
