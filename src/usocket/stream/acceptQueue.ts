import { catchError, EMPTY, ignoreElements, map, merge, mergeMap, type Observable, Subject, takeUntil } from 'rxjs';

import { ItemQueue } from '../../streams';
import type { Call } from '../calls/call';
import { closedError } from '../calls/operations';
import type { Endpoint, Listener, StreamLink } from '../contract/nic';

/** The most connections that wait: more than any interface is asked to hold, and few enough to bound the memory. */
const mostWaiting = 1024;

/** What can wait to be accepted. */
export interface Acceptable {
  close$(): Observable<unknown>;
}

/**
 * The connections of a listening port that no call has accepted yet. Only the interface turns clients away: a modem when
 * its links are in use, the operating system by its backlog. Each connection gets its socket at once, so that its received
 * bytes are bounded like those of any other socket. A client that leaves while it waits is accepted all the same, with the
 * bytes that it has sent.
 */
export class AcceptQueue<T extends Acceptable> {
  /** Whether a connection waits. Replays the current state. */
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

  /** How many connections wait. */
  get length(): number {
    return this.waiting.count;
  }

  /** Takes connections in until {@link close}, and emits nothing. The owner subscribes once. */
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

  /** Cold. Takes the next connection, in the order of the subscriptions. */
  take(): Observable<T> {
    return this.waiting.take$();
  }

  /** Takes a connection that waits now. Throws `EAGAIN` when there is none, or when another call waits for it. */
  takeNow(call: Call): T {
    const socket = this.waiting.takeNow();
    if (socket) return socket;
    throw call.error('EAGAIN', 'no connection waits, and the socket is non-blocking');
  }

  /** Frees the port at once, and closes the connections that no call has accepted. */
  close(): Observable<never> {
    this.closing.next();
    const abandoned = this.waiting.close(closedError('accept'));
    return merge(this.listener.close(), ...abandoned.map((socket) => socket.close$())).pipe(ignoreElements());
  }
}
