import { concat, defer, EMPTY, ignoreElements, type Observable } from 'rxjs';

import type { ESP8285 } from '../../esp8285';

/**
 * Cold. Asks the modem for what it does not tell by itself: the strength of its signal, and its address if it is not known
 * yet. The answers show in the events of `observe`. Completes when the modem has answered.
 *
 * Errors: those of `nic.rssi$` and `nic.ifconfig$`.
 */
export function askModem(nic: Pick<ESP8285, 'details' | 'ifconfig$' | 'rssi$'>): Observable<never> {
  const address$ = defer(() => (nic.details.address === undefined ? nic.ifconfig$() : EMPTY));
  return concat(
    address$,
    defer(() => nic.rssi$()),
  ).pipe(ignoreElements());
}
