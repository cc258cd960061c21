import type { Observable } from 'rxjs';

import type { Endpoint } from '../../usocket/contract/nic';
import type { Executor } from '../executor/executor';
import type { LinkTable } from '../links/linkTable';

/** What opens connections, ports for datagrams, or listening ports on a modem that is set up. */
export interface Opener<T> {
  /** Cold: opens one, emits it and completes; the subscriber then owns it. Unsubscribing before that gives it up. */
  open(endpoint: Endpoint): Observable<T>;
}

export interface OpenerOptions {
  readonly executor: Executor;
  readonly links: LinkTable;
  /** Whether the modem has an address: without one, a refusal is not the peer's word. */
  readonly hasAddress: () => boolean;
}
