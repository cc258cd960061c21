import { defer, distinctUntilChanged, finalize, map, type Observable, of, repeat, switchMap, takeUntil } from 'rxjs';

import { LazyState } from '../../streams/internal';
import type { Address } from '../calls/address';
import { Call } from '../calls/call';
import type { Operations } from '../calls/operations';
import type { Endpoint, Nic, StreamLink } from '../contract/nic';
import { type Acceptable, AcceptQueue } from './acceptQueue';
import type { Connection } from './connection';

/** The calls of a stream socket that listen. They are documented at the methods of `Socket` that have their names. */
export class ListenCalls<T extends Acceptable> {
  private readonly queue = new LazyState<AcceptQueue<T> | undefined>(undefined);
  private local: Endpoint | undefined;
  /** Whether a call of `listen` waits for the interface. */
  private isStarting = false;

  /** @param socketOver Makes the socket of a connection that has come. */
  constructor(
    private readonly nic: Nic,
    private readonly connection: Connection,
    private readonly operations: Operations,
    private readonly socketOver: (link: StreamLink) => T,
  ) {}

  /** Whether a connection waits to be accepted. Replays the current state. */
  get acceptable$(): Observable<boolean> {
    return this.queue.state$.pipe(
      switchMap((queue) => queue?.readable$ ?? of(false)),
      distinctUntilChanged(),
    );
  }

  /** Every connection until the socket is closed. Cold: each subscription accepts. */
  get connections$(): Observable<T> {
    return this.operations
      .followed(
        'accept',
        undefined,
        defer(() => this.queueFor(new Call('accept')).take()),
      )
      .pipe(repeat(), takeUntil(this.operations.closing$));
  }

  /** The local address, once the socket has one. */
  get address(): Endpoint | undefined {
    return this.local;
  }

  /** How many connections wait to be accepted; `undefined` for a socket that does not listen. */
  get waiting(): number | undefined {
    return this.queue.value?.length;
  }

  bind(address: Address): Observable<void> {
    return this.operations.start('bind', address, (call) => {
      this.checkUnconnected(call);
      if (this.local) throw call.error('EINVAL', 'the socket has an address already');
      this.local = call.localOf(address);
      return of(undefined);
    });
  }

  listen(backlog?: number): Observable<void> {
    return this.operations.start('listen', undefined, (call) => {
      this.checkUnconnected(call);
      this.connection.settings.checkUnset(call);
      if (!this.local) throw call.error('EDESTADDRREQ', 'the socket has no address; call bind first');
      this.isStarting = true;
      return this.nic.listen(this.local, backlog === undefined ? {} : { backlog: Math.max(0, backlog) }).pipe(
        map((listener) => {
          const queue = new AcceptQueue(listener, this.socketOver);
          this.local = queue.local;
          this.queue.next(queue);
          this.connection.enter('listening');
          this.operations.background.run(queue.fill());
        }),
        call.setupDeadline(this.nic),
        finalize(() => (this.isStarting = false)),
      );
    });
  }

  accept(): Observable<T> {
    return this.operations.start('accept', undefined, (call) => {
      const queue = this.queueFor(call);
      return call.isNonBlocking
        ? of(queue.takeNow(call))
        : queue.take().pipe(call.deadline('receive', 'no client came'));
    });
  }

  /** Throws `EISCONN` for a socket that listens or is about to, and `EADDRNOTAVAIL` for an address that no connection can have. */
  checkConnectable(call: Call): void {
    if (this.queue.value || this.isStarting) {
      throw call.error('EISCONN', 'the socket listens; make another one to connect');
    }
    if (!this.local || (this.local.address === '0.0.0.0' && this.local.port === 0)) return;
    const reason = 'the interface chooses the local address and port of a connection; connect without bind';
    throw call.error('EADDRNOTAVAIL', reason);
  }

  /** Frees the port, and closes the connections that wait. */
  close(): Observable<never> | undefined {
    return this.queue.value?.close();
  }

  private checkUnconnected(call: Call): void {
    const { phase } = this.connection;
    if (this.isStarting) throw call.error('EINVAL', 'the socket is about to listen');
    if (phase !== 'unconnected') throw call.error('EINVAL', `the socket is ${phase}`);
  }

  private queueFor(call: Call): AcceptQueue<T> {
    if (this.queue.value) return this.queue.value;
    throw call.error('EINVAL', 'the socket does not listen; call bind and listen first');
  }
}
