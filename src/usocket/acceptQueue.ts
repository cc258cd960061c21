import {
  BehaviorSubject,
  distinctUntilChanged,
  EMPTY,
  first,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  Subject,
  takeUntil,
} from 'rxjs';

import { Turnstile } from '../streams';
import type { Endpoint, Listener, StreamLink } from './nic';
import { OSError } from './osError';

/** Connections that wait where nothing else is asked for. */
const defaultBacklog = 5;

/** The connections of a listening port that nobody has accepted yet. */
export class AcceptQueue {
  /** Whether one waits; replays the current state. */
  readonly readable$: Observable<boolean>;

  private readonly waiting = new BehaviorSubject<readonly StreamLink[]>([]);
  private readonly turn = new Turnstile();
  private readonly closing = new Subject<void>();
  private readonly backlog: number;

  /** @param backlog How many may wait; one that comes beyond that is closed. At least 1. */
  constructor(
    private readonly listener: Listener,
    backlog = defaultBacklog,
  ) {
    this.backlog = Math.max(1, backlog);
    this.readable$ = this.waiting.pipe(
      map(({ length }) => length > 0),
      distinctUntilChanged(),
    );
  }

  get local(): Endpoint {
    return this.listener.local;
  }

  /** Takes connections in until {@link close}; emits nothing. The owner subscribes once. */
  fill(): Observable<never> {
    return this.listener.connections$.pipe(
      mergeMap((link) => {
        if (this.waiting.value.length >= this.backlog) return link.close();
        this.waiting.next([...this.waiting.value, link]);
        return EMPTY;
      }),
      takeUntil(this.closing),
    );
  }

  /** Cold: takes the next connection, in the order of the subscriptions. */
  take(): Observable<StreamLink> {
    return this.turn.enter(
      this.waiting.pipe(
        first(({ length }) => length > 0),
        // Behind `first`, for taking changes what waits.
        map(() => this.shift()),
      ),
    );
  }

  /** Takes a connection that waits now. `EAGAIN` when there is none, or another call waits for it. */
  takeNow(): StreamLink {
    if (this.turn.busy) throw nobodyWaits();
    return this.shift();
  }

  /** Cold: frees the port, and closes the connections that nobody has accepted. */
  close(): Observable<never> {
    this.closing.next();
    const abandoned = this.waiting.value;
    this.waiting.next([]);
    return merge(this.listener.close(), ...abandoned.map((link) => link.close())).pipe(ignoreElements());
  }

  private shift(): StreamLink {
    const [next, ...rest] = this.waiting.value;
    if (!next) throw nobodyWaits();
    this.waiting.next(rest);
    return next;
  }
}

function nobodyWaits(): OSError {
  return new OSError('EAGAIN', 'accept', 'accept: nobody waits, and the socket is non-blocking');
}
