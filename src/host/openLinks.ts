import type { EventEmitter } from 'node:events';
import { defer, merge, type Observable, Subject } from 'rxjs';

import { OSError } from '../usocket/contract/osError';

/** A connection or a port, which ends with its interface. */
interface Closable {
  close(): Observable<never>;
}

/** The open connections and ports of an interface. */
export class OpenLinks {
  /** Errors with `EBADF` when the interface is closed, also for late subscribers. */
  readonly closed$: Observable<never>;

  private readonly closing = new Subject<never>();
  private readonly links = new Set<Closable>();
  private wasClosed = false;

  constructor() {
    this.closed$ = this.closing.asObservable();
  }

  /** How many are open. */
  get size(): number {
    return this.links.size;
  }

  /** Whether the interface has been closed. */
  get isClosed(): boolean {
    return this.wasClosed;
  }

  /** @param socket The socket of the link. Its `'close'` event removes the link. */
  add<T extends Closable>(link: T, socket: EventEmitter): T {
    this.links.add(link);
    socket.once('close', () => this.links.delete(link));
    return link;
  }

  /** Cold: closes all of them, and completes when they are closed. */
  close(): Observable<never> {
    return defer(() => {
      this.wasClosed = true;
      this.closing.error(new OSError('EBADF', 'close', 'the interface is closed'));
      return merge(...[...this.links].map((link) => link.close()));
    });
  }
}
