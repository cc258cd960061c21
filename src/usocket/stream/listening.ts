import { BehaviorSubject, map, type Observable, of, switchMap } from 'rxjs';

import { type Address, toLocalEndpoint } from '../calls/address';
import type { Endpoint, Nic, StreamLink } from '../contract/nic';
import { OSError } from '../contract/osError';
import { type Acceptable, AcceptQueue } from './acceptQueue';

/** The listening side of a stream socket: its address, and the connections that have come to it. */
export class Listening<T extends Acceptable> {
  /** Whether a connection waits to be accepted; replays the current state. */
  readonly acceptable$: Observable<boolean>;

  private readonly accepting = new BehaviorSubject<AcceptQueue<T> | undefined>(undefined);
  private local: Endpoint | undefined;

  /** @param socketOver Makes the socket of a connection that has come. */
  constructor(
    private readonly nic: Nic,
    private readonly socketOver: (link: StreamLink) => T,
  ) {
    this.acceptable$ = this.accepting.pipe(switchMap((queue) => queue?.readable$ ?? of(false)));
  }

  get address(): Endpoint | undefined {
    return this.local;
  }

  get queue(): AcceptQueue<T> | undefined {
    return this.accepting.value;
  }

  bind(address: Address): void {
    if (this.local) throw new OSError('EINVAL', 'bind', 'bind: the socket has an address already');
    this.local = toLocalEndpoint(address);
  }

  /** Throws for a socket that listens (`EISCONN`), or whose address no connection would have (`EADDRNOTAVAIL`). */
  checkConnectable(): void {
    if (this.queue) throw new OSError('EISCONN', 'connect', 'connect: the socket listens; make another one to connect');
    if (!this.local || (this.local.address === '0.0.0.0' && this.local.port === 0)) return;
    const message = 'connect: the interface chooses the local address and port of a connection; connect without bind';
    throw new OSError('EADDRNOTAVAIL', 'connect', message);
  }

  /** Cold: listens, and emits the queue of the connections that come; its owner fills it. */
  listen(backlog?: number): Observable<AcceptQueue<T>> {
    if (!this.local) throw new OSError('EDESTADDRREQ', 'listen', 'listen: the socket has no address; call bind first');
    return this.nic.listen(this.local, backlog === undefined ? {} : { backlog: Math.max(0, backlog) }).pipe(
      map((listener) => {
        const queue = new AcceptQueue(listener, this.socketOver);
        this.local = queue.local;
        this.accepting.next(queue);
        return queue;
      }),
    );
  }

  /** The queue, for a call that cannot do without: `EINVAL`. */
  queueForAccept(): AcceptQueue<T> {
    if (this.queue) return this.queue;
    throw new OSError('EINVAL', 'accept', 'accept: the socket does not listen; call bind and listen first');
  }
}
