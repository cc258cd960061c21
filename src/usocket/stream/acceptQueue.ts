import { catchError, EMPTY, ignoreElements, map, merge, mergeMap, type Observable, Subject, takeUntil } from 'rxjs';

import { ItemQueue } from '../../streams';
import type { Endpoint, Listener, StreamLink } from '../contract/nic';
import { closedError } from '../calls/operations';
import { OSError } from '../contract/osError';

/** Connections that wait at most: more than any interface is asked to hold, and an end to what they take of the memory. */
const mostWaiting = 1024;

/** What can wait to be accepted. */
export interface Acceptable {
  close$(): Observable<unknown>;
}

/**
 * The connections of a listening port that nobody has accepted yet. Who can wait waits: it is the interface that turns
 * clients away, a modem when its links are in use, the operating system by its backlog. Each has its socket at once, so that
 * what comes on it meanwhile is bounded as on any other. One that leaves while it waits is accepted all the same, with what
 * it has said.
 */
export class AcceptQueue<T extends Acceptable> {
  /** Whether one waits; replays the current state. */
  readonly readable$: Observable<boolean>;

  private readonly waiting: ItemQueue<T>;
  private readonly closing = new Subject<void>();

  constructor(
    private readonly listener: Listener,
    private readonly socketOver: (link: StreamLink) => T,
  ) {
    this.waiting = new ItemQueue({ capacity: mostWaiting });
    this.readable$ = this.waiting.readable$;
  }

  get local(): Endpoint {
    return this.listener.local;
  }

  /** How many wait. */
  get length(): number {
    return this.waiting.count;
  }

  /** Takes connections in until {@link close}; emits nothing. The owner subscribes once. */
  fill(): Observable<never> {
    return this.listener.connections$.pipe(
      map((link) => this.socketOver(link)),
      mergeMap((socket) => (this.waiting.push(socket) ? EMPTY : socket.close$().pipe(ignoreElements()))),
      catchError((error: Error) => {
        this.waiting.fail(error);
        return EMPTY;
      }),
      takeUntil(this.closing),
    );
  }

  /** Cold: takes the next connection, in the order of the subscriptions. */
  take(): Observable<T> {
    return this.waiting.take$();
  }

  /** Takes a connection that waits now. `EAGAIN` when there is none, or another call waits for it. */
  takeNow(): T {
    const socket = this.waiting.takeNow();
    if (socket) return socket;
    throw new OSError('EAGAIN', 'accept', 'accept: nobody waits, and the socket is non-blocking');
  }

  /** Cold: frees the port, and closes the connections that nobody has accepted. */
  close(): Observable<never> {
    this.closing.next();
    const abandoned = this.waiting.close(closedError('accept'));
    return merge(this.listener.close(), ...abandoned.map((socket) => socket.close$())).pipe(ignoreElements());
  }
}
