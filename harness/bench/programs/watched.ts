import { of } from 'rxjs';

import type { ESP8285 } from '../../../src/esp8285';
import { observe } from '../../../src/watch';
import type { Way } from '../watched/watched';

/** Watches an interface in each way. */
export const watchers: Readonly<Record<Way, (nic: ESP8285) => void>> = {
  observed(nic) {
    let events = 0;
    observe(nic, { payloads$: of(true) }).subscribe({ next: () => events++, error: () => undefined });
  },
};
