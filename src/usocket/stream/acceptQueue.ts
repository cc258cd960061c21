import { catchError, EMPTY, ignoreElements, merge, mergeMap, type Observable, Subject, takeUntil } from 'rxjs';

import { ItemQueue } from '../../streams';
import type { Endpoint, Listener, StreamLink } from '../nic';
import { closedError } from '../operations';
import { OSError } from '../osError';

/** Connections that wait where nothing else is asked for. */
const defaultBacklog = 5;

/** The connections of a listening port that nobody has accepted yet. */
export class AcceptQueue {
  /** Whether one waits; replays the current state. */
  readonly readable$: Observable<boolean>;

  private readonly waiting: ItemQueue<StreamLink>;
  private readonly closing = new Subject<void>();

  /** @param backlog How many may wait; one that comes beyond that is closed. At least 1. */
  constructor(
    private readonly listener: Listener,
    backlog = defaultBacklog,
  ) {
    this.waiting = new ItemQueue({ capacity: Math.max(1, backlog) });
    this.readable$ = this.waiting.readable$;
  }

  get local(): Endpoint {
    return this.listener.local;
  }

  /** Takes connections in until {@link close}; emits nothing. The owner subscribes once. */
  fill(): Observable<never> {
    return this.listener.connections$.pipe(
      mergeMap((link) => (this.waiting.push(link) ? EMPTY : link.close())),
      catchError((error: Error) => {
        this.waiting.fail(error);
        return EMPTY;
      }),
      takeUntil(this.closing),
    );
  }

  /** Cold: takes the next connection, in the order of the subscriptions. */
  take(): Observable<StreamLink> {
    return this.waiting.take$();
  }

  /** Takes a connection that waits now. `EAGAIN` when there is none, or another call waits for it. */
  takeNow(): StreamLink {
    const link = this.waiting.takeNow();
    if (link) return link;
    throw new OSError('EAGAIN', 'accept', 'accept: nobody waits, and the socket is non-blocking');
  }

  /** Cold: frees the port, and closes the connections that nobody has accepted. */
  close(): Observable<never> {
    this.closing.next();
    const abandoned = this.waiting.close(closedError('accept'));
    return merge(this.listener.close(), ...abandoned.map((link) => link.close())).pipe(ignoreElements());
  }
}
