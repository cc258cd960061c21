import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  combineLatest,
  defaultIfEmpty,
  defer,
  distinctUntilChanged,
  EMPTY,
  isObservable,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  switchMap,
  tap,
} from 'rxjs';

import { Inspectable, type Pollable, type Readiness, type Shown } from '../../streams';
import { atCaller } from '../contract/callerStack';
import { shownValue } from '../contract/messageOf';
import { callError } from '../contract/osError';
import { ifPromise } from '../contract/promiseOf';
import { firstReady } from './firstReady';

// The values are those of MicroPython.

/** The event of a stream that can be read without waiting: it has bytes, a datagram or a connection, or it has ended. */
export const POLLIN = 1;
/** The event of a stream that can be written to without waiting. */
export const POLLOUT = 4;
/** The event of a stream that has failed. It is reported even if it is not asked for. */
export const POLLERR = 8;
/** The event of a stream that the other side has ended. It is reported even if it is not asked for. */
export const POLLHUP = 16;
/** The event of a stream that is closed. It is reported alone, and even if it is not asked for. */
export const POLLNVAL = 32;

/** A stream and its events, as a mask of `POLLIN`, `POLLOUT` and so on. */
export type Ready<T extends Pollable = Pollable> = readonly [stream: T, events: number];

/** How a poller is made. */
export interface PollOptions {
  /** The scheduler that times the waiting. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** The most streams that an inspection lists. */
const mostShown = 8;

const unasked = POLLERR | POLLHUP | POLLNVAL;

/**
 * Waits for several streams at once: sockets, serial lines, anything with a `readiness$`. It is level-triggered: a stream
 * is reported as long as it is ready. As on BSD, a socket before `connect` is reported with `POLLOUT` and `POLLHUP`, and a
 * closed one with `POLLNVAL` alone. A stream whose `readiness$` fails is reported with `POLLERR`. A stream whose
 * `readiness$` completes keeps its last state.
 *
 *     s           --r-----0--         (r: bytes wait, 0: they have been read)
 *     ready$      e-a-----e--         (a: [[s, POLLIN]], e: [])
 *     poll$()     --(a|)
 *
 * @see The socket document, `socket.settimeout()`: polling is the portable way to wait for several streams.
 * @see MicroPython, `select.poll`.
 */
export class PollStreams<T extends Pollable = Pollable> extends Inspectable {
  /** The streams that are ready, at every change; an empty list when none is. Replays the current list. */
  readonly ready$: Observable<readonly Ready<T>[]>;

  private readonly scheduler: SchedulerLike;
  private readonly registered = new BehaviorSubject<ReadonlyMap<T, number>>(new Map());

  constructor({ scheduler = asyncScheduler }: PollOptions = {}) {
    super();
    this.scheduler = scheduler;
    this.ready$ = this.registered.pipe(
      switchMap((masks) => (masks.size > 0 ? combineLatest([...masks].map(readyOf)) : of([]))),
      map((all) => all.filter(([, events]) => events !== 0)),
      distinctUntilChanged<readonly Ready<T>[]>(same),
    );
  }

  /**
   * Adds a stream, or changes the events that it is watched for.
   *
   *     poller.register(sock, uselect.POLLIN);
   *
   * Throws `EINVAL` for an object without `readiness$`.
   *
   * @param events A mask. Default: `POLLIN | POLLOUT`. `POLLERR`, `POLLHUP` and `POLLNVAL` need not be asked for.
   * @returns Whether the stream was not registered before.
   */
  register(stream: T, events: number = POLLIN | POLLOUT): boolean {
    atCaller(() => {
      checkStream(stream);
    });
    const isNew = !this.registered.value.has(stream);
    this.registered.next(new Map(this.registered.value).set(stream, events));
    return isNew;
  }

  /** Changes the events that a stream is watched for. Throws `ENOENT` for a stream that is not registered. */
  modify(stream: T, events: number): void {
    atCaller(() => {
      this.check(stream, 'modify');
    });
    this.register(stream, events);
  }

  /** Stops watching a stream. Throws `ENOENT` for a stream that is not registered. */
  unregister(stream: T): void {
    atCaller(() => {
      this.check(stream, 'unregister');
    });
    this.registered.next(new Map([...this.registered.value].filter(([other]) => other !== stream)));
  }

  /**
   * Emits the streams that are ready, as soon as there are any, or an empty list when the time is up. Errors with
   * `EINVAL` for a value that is not a time.
   *
   * @param milliseconds 0 does not wait. A negative number or `null` waits for ever. Default: -1.
   */
  poll$(milliseconds: number | null = -1): Observable<readonly Ready<T>[]> {
    return defer(() =>
      this.ready$.pipe(
        firstReady(checkTime(milliseconds, 'poll'), ({ length }) => length > 0, this.scheduler),
        defaultIfEmpty([]),
      ),
    );
  }

  /**
   * Emits the streams that are ready, as {@link poll$} does. With `flags` 1 a stream that has been reported is watched only
   * for `POLLERR`, `POLLHUP` and `POLLNVAL`, until {@link modify} is called for it.
   *
   * @see MicroPython, `select.poll.ipoll(timeout, flags)`.
   */
  ipoll$(milliseconds?: number | null, flags = 0): Observable<readonly Ready<T>[]> {
    return this.poll$(milliseconds).pipe(
      tap((ready) => {
        if ((flags & 1) === 0 || ready.length === 0) return;
        const masks = new Map(this.registered.value);
        // In one step, because a subscriber to the change may unregister a stream.
        for (const [stream] of ready) masks.set(stream, 0);
        this.registered.next(masks);
      }),
    );
  }

  /** `<poll registered=2 streams=[<socket …>, <uart …>]>` */
  protected override shown(): readonly [string, Shown] {
    const streams = [...this.registered.value.keys()];
    const own = streams.filter((stream): stream is T & Inspectable => stream instanceof Inspectable);
    return ['poll', { registered: streams.length, streams: own.slice(0, mostShown) }];
  }

  private check(stream: T, syscall: string): void {
    if (this.registered.value.has(stream)) return;
    throw callError(syscall, 'ENOENT', 'that stream is not registered');
  }
}

/** Whether `uselect` can wait for an object. */
export function isPollable(stream: unknown): stream is Pollable {
  return typeof stream === 'object' && stream !== null && 'readiness$' in stream && isObservable(stream.readiness$);
}

function checkStream(stream: unknown): void {
  if (isPollable(stream)) return;
  throw callError('register', 'EINVAL', `the stream has no readiness$${ifPromise(stream)}`);
}

/** Returns a time, and -1 for `null`. Throws `EINVAL` for any other value. */
export function checkTime(time: number | null, syscall: string): number {
  if (time === null) return -1;
  if (typeof time === 'number' && !Number.isNaN(time)) return time;
  throw callError(syscall, 'EINVAL', `a time-out is a number or null, not ${shownValue(time)}`);
}

function readyOf<T extends Pollable>([stream, mask]: readonly [T, number]): Observable<Ready<T>> {
  return eventsOf(stream).pipe(map((events) => [stream, events & (mask | unasked)]));
}

/** The events of a stream from the first moment on, because a silent stream must not keep the others waiting. */
function eventsOf({ readiness$ }: Pollable): Observable<number> {
  return defer(() => {
    let hasSpoken = false;
    const events$ = readiness$.pipe(
      map(maskOf),
      catchError(() => of(POLLERR)),
      tap(() => (hasSpoken = true)),
    );
    return merge(
      events$,
      defer(() => (hasSpoken ? EMPTY : of(0))),
    );
  });
}

function maskOf({ readable, writable, hangup, error, unconnected, closed }: Readiness): number {
  if (closed) return POLLNVAL;
  const events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0) | (error ? POLLERR : 0) | (hangup ? POLLHUP : 0);
  return unconnected ? events | POLLOUT | POLLHUP : events;
}

function same(one: readonly Ready[], other: readonly Ready[]): boolean {
  return (
    one.length === other.length &&
    one.every(([stream, events], index) => stream === other[index]?.[0] && events === other[index][1])
  );
}
