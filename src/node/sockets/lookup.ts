import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { asapScheduler, map, type Observable, observeOn, of } from 'rxjs';

import type { Nic } from '../../usocket/contract/nic';
import { atCaller, hideOperators } from '../../usocket/contract/callerStack';
import { OSError } from '../../usocket/contract/osError';
import { chosenNic } from '../links/chosenNic';
import { systemCode } from '../native/systemErrors';
import { sharedResolve } from './sharedResolve';

/** The options of {@link lookup}: those of `dns.lookup`, and the interface. */
export interface NicLookupOptions extends LookupOptions {
  /** The interface that is asked. Default: the default interface of the program. */
  readonly nic?: Nic | undefined;
}

/** What {@link lookup} calls: with an address and its family, or with a list of them where the option `all` is set. */
export type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** The codes and numbers of `dns.lookup`. The numbers are those of libuv. */
const lookupErrors: Readonly<Record<string, readonly [code: string, errno: number]>> = {
  EAI_NONAME: ['ENOTFOUND', -3008],
  EAI_AGAIN: ['EAI_AGAIN', -3001],
  EAI_FAIL: ['EAI_FAIL', -3004],
  // The modem has restarted, or has not answered. No resolver fails in the way of a connection.
  ECONNRESET: ['EAI_AGAIN', -3001],
  ETIMEDOUT: ['EAI_AGAIN', -3001],
};

/**
 * Looks a host name up through an interface, in the form of `dns.lookup`: one address, or all of them with `all`; only
 * those of one family with `family`. The options may be left out.
 *
 *     http.get('http://example.net', { lookup });
 *
 * Calls back with the errors of `dns.lookup`: `ENOTFOUND`, `EAI_AGAIN`, `EAI_FAIL`. `cause` says more.
 */
export function lookup(hostname: string, callback: LookupCallback): void;
export function lookup(
  hostname: string,
  options: NicLookupOptions | number | undefined,
  callback: LookupCallback,
): void;
export function lookup(
  hostname: string,
  given: NicLookupOptions | number | LookupCallback | undefined,
  callback: LookupCallback | undefined = typeof given === 'function' ? given : undefined,
): void {
  if (callback === undefined) throw new TypeError('lookup: a callback is wanted as the last argument');
  const options = typeof given === 'object' ? given : { family: typeof given === 'number' ? given : 0 };
  const nic = atCaller(() => chosenNic('getaddrinfo', options.nic));
  const { all = false } = options;
  const family = familyOf(options.family);
  addresses(nic, hostname, family)
    // A callback is never called before its function has returned.
    .pipe(observeOn(asapScheduler))
    .subscribe({
      next: (found) => {
        const [first] = found;
        if (all) callback(null, found);
        else if (first) callback(null, first.address, first.family);
      },
      error: (cause: unknown) => callback(lookupError(hostname, cause), all ? [] : ''),
    });
}

function addresses(nic: Nic, hostname: string, family: number): Observable<LookupAddress[]> {
  // An address is its own answer, of whatever family, as for `dns.lookup`.
  if (isIP(hostname) !== 0) return of([{ address: hostname, family: isIP(hostname) }]);
  return sharedResolve(nic, hostname).pipe(
    map((found) => {
      const all = found.map((address) => ({ address, family: isIP(address) }));
      const wanted = all.filter((each) => family === 0 || each.family === family);
      if (wanted.length > 0) return wanted;
      throw new OSError('EAI_NONAME', 'getaddrinfo', `${hostname} has no address of the family IPv${family}`);
    }),
  );
}

function familyOf(family: LookupOptions['family']): number {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : (family ?? 0);
}

/** The error of a look-up that has failed, in the form of `dns.lookup`. */
export function lookupError(hostname: string, cause: unknown): NodeJS.ErrnoException {
  const { code, errno } = systemCode(cause);
  const [name, number] = lookupErrors[cause instanceof OSError ? cause.code : ''] ?? [code, errno];
  const message = `getaddrinfo ${name} ${hostname}`;
  const error = new Error(message, { cause });
  return hideOperators(Object.assign(error, { errno: number, code: name, syscall: 'getaddrinfo', hostname }));
}
