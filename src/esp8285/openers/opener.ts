import type { Observable } from 'rxjs';

import type { Endpoint } from '../../usocket/contract/nic';
import type { Executor } from '../executor/executor';
import type { LineReference } from '../line/lineReference';
import type { LinkTable } from '../links/linkTable';

/** Opens one kind of thing on a modem that is set up: connections, ports for datagrams, or listening ports. */
export interface Opener<T> {
  /** Cold: opens one, emits it and completes; the subscriber then owns it. Unsubscribing before that gives it up. */
  open(endpoint: Endpoint): Observable<T>;
}

export interface OpenerOptions {
  readonly executor: Executor;
  readonly links: LinkTable;
  /** Whether the modem has an address. Without one, a refusal does not come from the peer. */
  readonly hasAddress: () => boolean;
  /** What keeps the program running while something needs the modem. */
  readonly reference: LineReference;
}
