import type { EventEmitter } from 'node:events';
import { defer, merge, type Observable, Subject } from 'rxjs';

import { OSError } from '../usocket/contract/osError';

/** What an interface has given out and has to take back when it is closed. */
interface Closable {
  close(): Observable<never>;
}

/** The connections and ports of an interface that are open. */
export class OpenLinks {
  /** Errors with `EBADF` when the interface is closed, and tells a late subscriber so too. */
  readonly lost$: Observable<never>;

  private readonly lost = new Subject<never>();
  private readonly links = new Set<Closable>();
  private isClosed = false;

  constructor() {
    this.lost$ = this.lost.asObservable();
  }

  get size(): number {
    return this.links.size;
  }

  get isLost(): boolean {
    return this.isClosed;
  }

  /** @param socket What it is of: its `'close'` ends it. */
  add<T extends Closable>(link: T, socket: EventEmitter): T {
    this.links.add(link);
    socket.once('close', () => this.links.delete(link));
    return link;
  }

  /** Cold: ends all of them, and completes when they are gone. */
  close(): Observable<never> {
    return defer(() => {
      this.isClosed = true;
      this.lost.error(new OSError('EBADF', 'close', 'the interface is closed'));
      return merge(...[...this.links].map((link) => link.close()));
    });
  }
}
