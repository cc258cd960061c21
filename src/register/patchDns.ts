import dns, { type LookupOptions } from 'node:dns';
import promises from 'node:dns/promises';
import { isIP } from 'node:net';
import { asapScheduler, catchError, map, type Observable, observeOn, throwError } from 'rxjs';

import { lookup, type LookupCallback } from '../node/sockets/lookup';
import { sharedResolve } from '../node/sockets/sharedResolve';
import { messageOf } from '../usocket/contract/messageOf';
import { callError, OSError } from '../usocket/contract/osError';
import { replace, type Routes } from './patch';

type Answer = readonly unknown[];

/** The questions about a name that Node.js sends to a name server itself. */
const questions: Readonly<Record<string, string>> = {
  resolve4: 'A',
  resolve6: 'AAAA',
  resolveAny: 'ANY',
  resolveCaa: 'CAA',
  resolveCname: 'CNAME',
  resolveMx: 'MX',
  resolveNaptr: 'NAPTR',
  resolveNs: 'NS',
  resolvePtr: 'PTR',
  resolveSoa: 'SOA',
  resolveSrv: 'SRV',
  resolveTlsa: 'TLSA',
  resolveTxt: 'TXT',
  reverse: 'PTR',
};

/** Sends the look-ups of `dns` through the modem. Returns the look-up of the operating system. */
export function patchDns(routes: Routes): typeof dns.lookup {
  const { nic, direct } = routes;
  const system = dns.lookup;
  const isDirect = (host: unknown) => typeof host !== 'string' || isIP(host) !== 0 || direct.has(host);
  const families = new Set<unknown>([undefined, null, 0, 4, 6, 'IPv4', 'IPv6']);
  // What Node.js refuses, it refuses in its own words.
  const isValid = (options: unknown) => families.has(lookupOptions(options).family);
  replace(dns, 'lookup', (original) => (self, given) => {
    const [host, ...rest] = given;
    const callback = rest.at(-1);
    if (isDirect(host) || typeof callback !== 'function' || !isValid(rest[0])) return original(self, given);
    lookup(host as string, { ...lookupOptions(rest[0]), nic }, callback as LookupCallback);
    return {};
  });
  replace(promises, 'lookup', (original) => (self, given) => {
    const [host, options] = given as [string, LookupOptions | number | undefined];
    if (isDirect(host) || !isValid(options)) return original(self, given);
    const query = lookupOptions(options);
    return new Promise((resolve, reject) => {
      lookup(host, { ...query, nic }, (error, address, family) => {
        if (error) reject(error);
        else resolve(query.all ? address : { address, family });
      });
    });
  });
  for (const resolver of [dns, dns.Resolver.prototype]) patchResolver(resolver, routes, false);
  for (const resolver of [promises, promises.Resolver.prototype]) patchResolver(resolver, routes, true);
  for (const [module, isPromise] of [
    [dns, false],
    [promises, true],
  ] as const) {
    replace(module, 'lookupService', (original) => (self, given) => {
      const [address] = given as [string];
      if (direct.has(address)) return original(self, given);
      return answer(notKnown('getnameinfo', address, 'the name of an address'), given, isPromise);
    });
  }
  return system;
}

function lookupOptions(given: unknown): LookupOptions {
  if (typeof given === 'number') return { family: given };
  return typeof given === 'object' && given !== null ? given : {};
}

/** Answers what a modem can look up, the addresses of a name, and refuses everything else. */
function patchResolver(resolver: object, routes: Routes, isPromise: boolean): void {
  const ask = (host: string, type: string): Observable<Answer> =>
    type === 'A' ? addresses(host, routes) : notKnown(`query${type}`, host, `records of the type ${type}`);
  for (const [name, type] of Object.entries(questions)) {
    replace(resolver, name, () => (_self, given) => {
      const withTtl = (given[1] as { ttl?: boolean } | undefined)?.ttl === true;
      const found$ = ask(String(given[0]), type);
      const shown$ = withTtl ? found$.pipe(map((all) => all.map((address) => ({ address, ttl: 0 })))) : found$;
      return answer(shown$, given, isPromise);
    });
  }
  replace(resolver, 'resolve', () => (_self, given) => {
    const [host, type] = given;
    return answer(ask(String(host), typeof type === 'string' ? type.toUpperCase() : 'A'), given, isPromise);
  });
}

function addresses(host: string, { nic }: Routes): Observable<Answer> {
  return sharedResolve(nic, host).pipe(
    map((found) => found.filter((address) => isIP(address) === 4)),
    catchError((cause: unknown) => throwError(() => queryError('queryA', host, cause))),
  );
}

function notKnown(syscall: string, host: string, what: string): Observable<Answer> {
  const why = `a modem does not tell ${what}; ask a name server with a socket for datagrams`;
  return throwError(() => queryError(syscall, host, callError(syscall, 'EOPNOTSUPP', `${host}: ${why}`)));
}

/** The error of a query in the form of Node.js, whose codes are those of c-ares. */
function queryError(syscall: string, hostname: string, cause: unknown): Error {
  const codes: Readonly<Record<string, string>> = { EOPNOTSUPP: 'ENOTIMP', EAI_NONAME: 'ENOTFOUND' };
  const code = (cause instanceof OSError ? codes[cause.code] : undefined) ?? 'ESERVFAIL';
  return Object.assign(new Error(`${syscall} ${code} ${hostname}: ${messageOf(cause)}`, { cause }), {
    code,
    syscall,
    hostname,
  });
}

function answer(found$: Observable<Answer>, given: readonly unknown[], isPromise: boolean): unknown {
  const later$ = found$.pipe(observeOn(asapScheduler));
  if (isPromise) return new Promise((resolve, reject) => later$.subscribe({ next: resolve, error: reject }));
  const callback = given.at(-1) as (error: unknown, found?: Answer) => void;
  later$.subscribe({ next: (found) => callback(null, found), error: (error: unknown) => callback(error) });
  return {};
}
