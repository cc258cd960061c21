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
  readonly lost$: Observable<never>;

  private readonly lost = new Subject<never>();
  private readonly links = new Set<Closable>();
  private isClosed = false;

  constructor() {
    this.lost$ = this.lost.asObservable();
  }

  /** How many are open. */
  get size(): number {
    return this.links.size;
  }

  /** Whether the interface has been closed. */
  get isLost(): boolean {
    return this.isClosed;
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
      this.isClosed = true;
      this.lost.error(new OSError('EBADF', 'close', 'the interface is closed'));
      return merge(...[...this.links].map((link) => link.close()));
    });
  }
}
