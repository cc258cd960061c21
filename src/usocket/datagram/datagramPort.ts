import {
  BehaviorSubject,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  type Observable,
  of,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';

import { ItemQueue, Mutex } from '../../streams';
import type { Call } from '../calls/call';
import { closedError } from '../calls/operations';
import type { Datagram, DatagramLink, Endpoint, Nic } from '../contract/nic';
import type { Traceable } from '../contract/socketTrace';
import { datagramOverhead } from './datagramSender';

const anyPort: Endpoint = { address: '0.0.0.0', port: 0 };

/** The local port of a datagram socket: it is opened once, and holds the datagrams that no call has read yet. */
export class DatagramPort implements Traceable {
  readonly received: ItemQueue<Datagram>;
  /** Whether the port can be used. Replays the current state. */
  readonly condition$: Observable<'usable' | 'failed' | 'closed'>;
  /** The peer of a connected socket: the only endpoint whose datagrams are received. */
  peer: Endpoint | undefined;
  /** Whether other sockets may have the same port. It takes effect when the port is opened. */
  reuseAddress = false;
  /** Whether the program has allowed broadcasts. */
  mayBroadcast = false;
  /** How many datagrams were dropped because the receive buffer was full. */
  dropped = 0;

  private readonly opening = new Mutex();
  private readonly opened = new BehaviorSubject<DatagramLink | undefined>(undefined);
  private readonly condition = new BehaviorSubject<'usable' | 'failed' | 'closed'>('usable');

  constructor(
    receiveBufferSize: number,
    private readonly nic: Nic,
  ) {
    this.received = new ItemQueue({
      capacity: receiveBufferSize,
      sizeOf: ({ data }) => data.length + datagramOverhead,
    });
    this.condition$ = this.condition.asObservable();
  }

  get link(): DatagramLink | undefined {
    return this.opened.value;
  }

  /** Whether the port is open, or is being opened. */
  get isBound(): boolean {
    return this.opened.value !== undefined || this.opening.locked;
  }

  /** The state of the port, for inspection. */
  get state(): 'unbound' | 'open' | 'failed' | 'closed' {
    const { value } = this.condition;
    if (value !== 'usable') return value;
    return this.link ? 'open' : 'unbound';
  }

  /** For those who watch. */
  get details(): Traceable['details'] {
    const { state, link, receivedBytes } = this;
    return {
      kind: 'datagram',
      stage: state,
      ...(link?.id !== undefined && { link: link.id }),
      queued: receivedBytes,
    };
  }

  /** How many bytes of data wait to be read. */
  get receivedBytes(): number {
    return this.received.size - this.received.count * datagramOverhead;
  }

  /** Returns the link. Throws `ENOTCONN` when there is none. */
  linkFor(call: Call): DatagramLink {
    if (this.link) return this.link;
    throw call.error('ENOTCONN', 'the socket has no port yet; call bind or connect first, or send something');
  }

  /**
   * Cold. Emits the link, and opens the port first if it is not open. Closing the socket does not stop it, because the
   * send buffer still has to be sent.
   */
  open(local = anyPort): Observable<DatagramLink> {
    return this.opening.runExclusive(
      defer(() => {
        if (this.link) return of(this.link);
        return this.nic.openDatagram(local, { reuseAddress: this.reuseAddress }).pipe(
          tap((link) => {
            this.opened.next(link);
          }),
          concatMap((link) => concat(this.mayBroadcast ? link.allowBroadcast(true) : EMPTY, of(link))),
        );
      }),
    );
  }

  /** Allows broadcasts or forbids them, now and when the port is opened. */
  allowBroadcast(allowed: boolean): Observable<never> {
    this.mayBroadcast = allowed;
    return this.link?.allowBroadcast(allowed) ?? EMPTY;
  }

  /** Cold. Receives datagrams until `closing$` emits, and emits nothing. The owner subscribes once. */
  receive(closing$: Observable<void>): Observable<never> {
    return this.opened.pipe(
      switchMap((link) => link?.datagrams$ ?? EMPTY),
      filter(({ remote }) => !this.peer || isSame(remote, this.peer)),
      tap((datagram) => {
        if (!this.received.push(datagram)) this.dropped++;
      }),
      catchError((error: Error) => {
        this.received.fail(error);
        this.condition.next('failed');
        return EMPTY;
      }),
      ignoreElements(),
      takeUntil(closing$),
    );
  }

  /** Ends every read with `EBADF`. */
  endReads(): void {
    this.received.close(closedError('recvfrom'));
  }

  /** Closes the port when `flushed$` has completed. */
  close(flushed$: Observable<never>): Observable<never> {
    this.condition.next('closed');
    return concat(
      flushed$,
      defer(() => this.link?.close() ?? EMPTY),
    );
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}
