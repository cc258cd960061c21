import { defer, type Observable, of } from 'rxjs';

import type { Nic } from '../../usocket/contract/nic';
import type { Traceable, TracedSocket } from '../../usocket/contract/socketTrace';

/** Tells those who watch an interface what a program asks of a port for datagrams, with the names of `usocket`. */
export class DatagramTrace {
  private readonly traced: TracedSocket | undefined;

  constructor({ sockets }: Pick<Nic, 'sockets'>, port: Traceable) {
    this.traced = sockets?.add(port);
  }

  /** Cold. Follows a call, if somebody watches when it begins. */
  follow<T>(name: string, asked: unknown, call$: Observable<T>): Observable<T> {
    return defer(() => (this.traced?.isWatched ? this.traced.follow(name, asked, call$) : call$));
  }

  /** A call has returned at once. */
  tell(name: string, asked: unknown, returned?: unknown): void {
    if (this.traced?.isWatched) this.traced.follow(name, asked, of(returned)).subscribe();
  }

  /** The port is closed. */
  remove(): void {
    this.traced?.remove();
  }
}
