import { defer, EMPTY, from, ignoreElements, mergeMap, type Observable } from 'rxjs';

import type { Emulator } from './emulator';
import type { ESP8285 } from './esp8285';
import type { Uart } from './streams';

/** The line of an interface. That of `emulator:` has its virtual modem, which takes faults from the page. */
interface Line extends Uart {
  readonly emulator?: Emulator | undefined;
}

/**
 * Cold: serves a page that watches an interface when the environment asks for that (`RX_USOCKET_WATCH`), and completes when
 * it does, so that the page sees the set-up, too. Never errors. A program that is not watched loads nothing for it.
 */
export function watchByEnvironment(nic: ESP8285, { emulator }: Line): Observable<never> {
  const { RX_USOCKET_WATCH: wanted = '' } = process.env;
  if (wanted === '' || wanted === '0') return EMPTY;
  return defer(() => from(import('./watch/watchAsAsked'))).pipe(
    mergeMap(({ watchAsAsked }) => from(watchAsAsked(nic, wanted, emulator))),
    ignoreElements(),
  );
}
