import dns, { type LookupOptions } from 'node:dns';
import promises from 'node:dns/promises';
import { isIP } from 'node:net';
import { asapScheduler, catchError, map, noop, type Observable, observeOn, throwError } from 'rxjs';

import { lookup, type LookupCallback } from '../node/sockets/lookup';
import { sharedResolve } from '../node/sockets/sharedResolve';
import { messageOf } from '../usocket/contract/messageOf';
import { callError, OSError } from '../usocket/contract/osError';
import { replace, type Routes } from './patch';

type Answer = readonly unknown[];

const anAddress = '127.0.0.1';

/** The questions about a name that Node.js sends to a name server itself: the record, and the name of the query in its errors. */
const questions: Readonly<Record<string, readonly [type: string, query: string]>> = {
  resolve4: ['A', 'queryA'],
  resolve6: ['AAAA', 'queryAaaa'],
  resolveAny: ['ANY', 'queryAny'],
  resolveCaa: ['CAA', 'queryCaa'],
  resolveCname: ['CNAME', 'queryCname'],
  resolveMx: ['MX', 'queryMx'],
  resolveNaptr: ['NAPTR', 'queryNaptr'],
  resolveNs: ['NS', 'queryNs'],
  resolvePtr: ['PTR', 'queryPtr'],
  resolveSoa: ['SOA', 'querySoa'],
  resolveSrv: ['SRV', 'querySrv'],
  resolveTlsa: ['TLSA', 'queryTlsa'],
  resolveTxt: ['TXT', 'queryTxt'],
  reverse: ['PTR', 'getHostByAddr'],
};
const byType = new Map<unknown, readonly [type: string, query: string]>(
  Object.entries(questions).flatMap(([name, question]) =>
    name === 'reverse' ? [] : [[question[0], question] as const],
  ),
);

/** Sends the look-ups of `dns` through the modem. Returns the look-up of the operating system. */
export function patchDns(routes: Routes): typeof dns.lookup {
  const { nic, direct } = routes;
  const system = dns.lookup;
  const isDirect = (host: unknown) => typeof host !== 'string' || isIP(host) !== 0 || direct.has(host);
  replace(dns, 'lookup', (original) => (self, given) => {
    const [host, ...rest] = given;
    if (isDirect(host)) return original(self, given);
    const callback = rest.find((each) => typeof each === 'function') as LookupCallback;
    // What Node.js refuses, it refuses in its own words: it takes an address as it is, once it has checked the rest.
    original(self, [anAddress, ...rest.map((each) => (typeof each === 'function' ? noop : each))]);
    lookup(host as string, { ...lookupOptions(rest[0]), nic }, callback);
    return {};
  });
  replace(promises, 'lookup', (original) => (self, given) => {
    const [host, options] = given as [string, LookupOptions | number | undefined];
    if (isDirect(host)) return original(self, given);
    const checked = original(self, [anAddress, options]) as Promise<unknown>;
    const query = lookupOptions(options);
    return checked.then(
      () =>
        new Promise((resolve, reject) => {
          lookup(host, { ...query, nic }, (error, address, family) => {
            if (error) reject(error);
            else resolve(query.all ? address : { address, family });
          });
        }),
    );
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
  const ask = (host: string, [type, query]: readonly [type: string, query: string]): Observable<Answer> =>
    type === 'A' ? addresses(host, routes) : notKnown(query, host, `records of the type ${type}`);
  // What Node.js refuses, it refuses in its own words, before it sends anything.
  const isValid = ([host, ...rest]: readonly unknown[]) =>
    typeof host === 'string' && (isPromise || typeof rest.at(-1) === 'function');
  for (const [name, question] of Object.entries(questions)) {
    replace(resolver, name, (original) => (self, given) => {
      if (!isValid(given)) return original(self, given);
      const withTtl = (given[1] as { ttl?: boolean } | undefined)?.ttl === true;
      const found$ = ask(String(given[0]), question);
      const shown$ = withTtl ? found$.pipe(map((all) => all.map((address) => ({ address, ttl: 0 })))) : found$;
      return answer(shown$, given, isPromise);
    });
  }
  replace(resolver, 'resolve', (original) => (self, given) => {
    const [host, type] = given;
    const question = byType.get(type === undefined || typeof type === 'function' ? 'A' : type);
    if (!question || !isValid(given)) return original(self, given);
    return answer(ask(String(host), question), given, isPromise);
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
