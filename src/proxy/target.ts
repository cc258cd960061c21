import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** Where a client of a proxy wants to go. */
export interface Target {
  /** A name in ASCII, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Checks a host that a client has named. A name with other letters gets its ASCII form.
 *
 * @returns `undefined` for what cannot be a host: no text, spaces, control characters, quotes.
 */
export function hostOf(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/s, '$1');
  if (isIP(bare) !== 0) return bare;
  // `domainToASCII` drops control characters, and another host than the one that was asked for would be connected.
  if (/[\0-\x20\x7f"\\,]/.test(bare)) return undefined;
  return domainToASCII(bare) || undefined;
}

/** Parses `'host.example:443'` and `'[::1]:443'`, as `CONNECT` has them. */
export function parseAuthority(text: string, defaultPort?: number): Target | undefined {
  const [, name = '', digits] = /^(\[[^\]]*\]|[^:@/]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = hostOf(name);
  const port = digits === undefined ? defaultPort : Number(digits);
  return host === undefined || port === undefined || port > 65_535 ? undefined : { host, port };
}
