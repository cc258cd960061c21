import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  combineLatest,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  isObservable,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  timeout,
} from 'rxjs';

import { Inspectable, longestDelay, type Pollable, type Readiness, type Shown } from '../../streams';
import { callError } from '../contract/osError';

/** Event bits, with MicroPython's values. `POLLERR`, `POLLHUP` and `POLLNVAL` come unasked. */
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
/** The stream is closed: nothing of it can be waited for. */
export const POLLNVAL = 32;

/** A stream and what it is ready for, as a mask of event bits. */
export type Ready<T extends Pollable = Pollable> = readonly [stream: T, events: number];

export interface PollOptions {
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}

/** Streams that an inspection shows; of more it tells only the number. */
const mostShown = 8;

const unasked = POLLERR | POLLHUP | POLLNVAL;

/**
 * Waits for several streams at once: sockets, serial lines, anything with a `readiness$`. Level-triggered: what is ready
 * is reported until it no longer is. A socket before `connect` is reported as BSD does, with `POLLOUT` and `POLLHUP`, one
 * that is closed with `POLLNVAL` alone. A stream whose `readiness$` fails is reported with `POLLERR`; one whose `readiness$`
 * ends stays as it said last.
 *
 *     s           --r-----0--         (r: bytes wait, 0: they have been read)
 *     ready$      e-a-----e--         (a: [[s, POLLIN]], e: [])
 *     poll$()     --(a|)
 *
 * @see The socket document, `socket.settimeout()`: polling is the portable way to wait for several streams.
 * @see MicroPython, `select.poll`.
 */
export class PollStreams<T extends Pollable = Pollable> extends Inspectable {
  /** What is ready now, at every change of it; empty when nothing is. Replays the current state. */
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
   * Adds a stream, or changes the events that it is watched for. `EINVAL` when it has no `readiness$`.
   *
   * @param events Default: `POLLIN | POLLOUT`. `POLLERR`, `POLLHUP` and `POLLNVAL` need not be asked for.
   * @returns Whether the stream is new here.
   */
  register(stream: T, events: number = POLLIN | POLLOUT): boolean {
    if (!isPollable(stream)) throw callError('register', 'EINVAL', 'the stream has no readiness$');
    const isNew = !this.registered.value.has(stream);
    this.registered.next(new Map(this.registered.value).set(stream, events));
    return isNew;
  }

  /** Changes the events that a stream is watched for. `ENOENT` when it is not registered. */
  modify(stream: T, events: number): void {
    this.check(stream, 'modify');
    this.register(stream, events);
  }

  /** Takes a stream out. `ENOENT` when it is not registered. */
  unregister(stream: T): void {
    this.check(stream, 'unregister');
    this.registered.next(new Map([...this.registered.value].filter(([other]) => other !== stream)));
  }

  /**
   * Emits once, as soon as anything is ready, or when the time is up: nothing then. `EINVAL` for what is no time.
   *
   * @param milliseconds 0 looks and returns at once; a negative number, or `null`, waits for ever. Default: -1.
   */
  poll$(milliseconds: number | null = -1): Observable<readonly Ready<T>[]> {
    return defer(() =>
      this.ready$.pipe(
        firstInTime<readonly Ready<T>[]>({
          milliseconds: checkTime(milliseconds, 'poll'),
          isReady: ({ length }) => length > 0,
          nothing: [],
          scheduler: this.scheduler,
        }),
      ),
    );
  }

  /**
   * As {@link poll$}; with `flags` 1 a stream that is reported is not watched again until {@link modify} says so, but for
   * what comes unasked.
   *
   * @see MicroPython, `select.poll.ipoll(timeout, flags)`.
   */
  ipoll$(milliseconds?: number | null, flags = 0): Observable<readonly Ready<T>[]> {
    return this.poll$(milliseconds).pipe(
      tap((ready) => {
        if ((flags & 1) === 0 || ready.length === 0) return;
        const masks = new Map(this.registered.value);
        // In one step, for whoever hears of the change may take a stream out.
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

/** Whether `uselect` can wait for it. */
export function isPollable(stream: unknown): stream is Pollable {
  return typeof stream === 'object' && stream !== null && 'readiness$' in stream && isObservable(stream.readiness$);
}

/** `EINVAL` for what is no time; `null` is for ever, as a negative number is. */
export function checkTime(time: number | null, syscall: string): number {
  if (time === null) return -1;
  if (typeof time === 'number' && !Number.isNaN(time)) return time;
  throw callError(syscall, 'EINVAL', `a time-out is a number or null, not ${time}`);
}

export interface FirstInTimeOptions<T> {
  /** 0 takes the first state, whatever it is; a negative number waits for ever. */
  readonly milliseconds: number;
  readonly isReady: (state: T) => boolean;
  /** What is emitted when the time is up. */
  readonly nothing: T;
  readonly scheduler: SchedulerLike;
}

/** Takes the first state in which anything is ready. */
export function firstInTime<T>({ milliseconds, isReady, nothing, scheduler }: FirstInTimeOptions<T>) {
  return (states$: Observable<T>): Observable<T> => {
    if (milliseconds === 0) return states$.pipe(take(1));
    const ready$ = states$.pipe(filter(isReady), take(1));
    if (milliseconds < 0 || milliseconds > longestDelay) return ready$;
    return ready$.pipe(timeout({ first: milliseconds, scheduler, with: () => of(nothing) }));
  };
}

function readyOf<T extends Pollable>([stream, mask]: readonly [T, number]): Observable<Ready<T>> {
  return eventsOf(stream).pipe(map((events) => [stream, events & (mask | unasked)]));
}

/** The events of a stream, from the first moment on: one that says nothing must not keep the others waiting. */
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
