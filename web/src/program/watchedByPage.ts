import { noop, of } from 'rxjs';
import type { ESP8285 } from 'rx-usocket';
import { askModem, observe } from 'rx-usocket/watch';

import { hostOfFrame } from './hostOfFrame';
import { incomingBytes } from './incomingBytes';

/** Shows an interface of the program to the page. */
export function watchedByPage(nic: ESP8285): void {
  hostOfFrame().interfaceMade({
    events$: observe(nic, { payloads$: of(true) }),
    incoming$: incomingBytes(nic),
    // The answer, or the failure, shows in the trace.
    askModem: () => {
      askModem(nic).subscribe({ error: noop });
    },
    close: () => nic.close(),
  });
}
