import {
  asyncScheduler,
  BehaviorSubject,
  combineLatest,
  defer,
  distinctUntilChanged,
  filter,
  map,
  type Observable,
  of,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  timeout,
} from 'rxjs';

import type { Pollable, Readiness } from '../streams';
import { OSError } from './osError';

/** Event bits, with MicroPython's values. `POLLERR` and `POLLHUP` come unasked. */
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;

/** A stream and what it is ready for, as a mask of event bits. */
export type Ready<T extends Pollable = Pollable> = readonly [stream: T, events: number];

const unasked = POLLERR | POLLHUP;

/**
 * Waits for several streams at once: sockets, serial lines, anything with a `readiness$`. Level-triggered: what is ready
 * is reported until it no longer is.
 *
 * @see The socket document, `socket.settimeout()`: polling is the portable way to wait for several streams.
 */
export class PollStreams<T extends Pollable = Pollable> {
  /** What is ready now, at every change of it; empty when nothing is. Replays the current state. */
  readonly ready$: Observable<readonly Ready<T>[]>;

  private readonly scheduler: SchedulerLike;
  private readonly registered = new BehaviorSubject<ReadonlyMap<T, number>>(new Map());

  constructor({ scheduler = asyncScheduler }: { readonly scheduler?: SchedulerLike } = {}) {
    this.scheduler = scheduler;
    this.ready$ = this.registered.pipe(
      switchMap((masks) => (masks.size > 0 ? combineLatest([...masks].map(readyOf)) : of([]))),
      map((all) => all.filter(([, events]) => events !== 0)),
      distinctUntilChanged<readonly Ready<T>[]>(same),
    );
  }

  /** Adds a stream, or changes the events that it is watched for. Default: `POLLIN | POLLOUT`. */
  register(stream: T, events: number = POLLIN | POLLOUT): void {
    this.registered.next(new Map(this.registered.value).set(stream, events));
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
   * Emits once, as soon as anything is ready, or when the time is up: nothing then.
   *
   * @param milliseconds 0 looks and returns at once, a negative number waits for ever. Default: -1.
   */
  poll$(milliseconds = -1): Observable<readonly Ready<T>[]> {
    if (milliseconds === 0) return this.ready$.pipe(take(1));
    const ready$ = this.ready$.pipe(
      filter(({ length }) => length > 0),
      take(1),
    );
    if (milliseconds < 0) return ready$;
    return ready$.pipe(timeout({ first: milliseconds, scheduler: this.scheduler, with: () => of([]) }));
  }

  /**
   * As {@link poll$}; with `flags` 1 a stream that is reported is not watched again until {@link modify} says so.
   *
   * @see MicroPython, `uselect.poll.ipoll(timeout, flags)`.
   */
  ipoll$(milliseconds = -1, flags = 0): Observable<readonly Ready<T>[]> {
    return defer(() =>
      this.poll$(milliseconds).pipe(
        tap((ready) => {
          if ((flags & 1) === 0) return;
          for (const [stream] of ready) this.modify(stream, 0);
        }),
      ),
    );
  }

  private check(stream: T, syscall: string): void {
    if (this.registered.value.has(stream)) return;
    throw new OSError('ENOENT', syscall, `${syscall}: that stream is not registered`);
  }
}

function readyOf<T extends Pollable>([stream, mask]: readonly [T, number]): Observable<Ready<T>> {
  return stream.readiness$.pipe(map((readiness) => [stream, eventsOf(readiness) & (mask | unasked)]));
}

function eventsOf({ readable, writable, hangup, error }: Readiness): number {
  return (readable ? POLLIN : 0) | (writable ? POLLOUT : 0) | (error ? POLLERR : 0) | (hangup ? POLLHUP : 0);
}

function same(one: readonly Ready[], other: readonly Ready[]): boolean {
  return (
    one.length === other.length &&
    one.every(([stream, events], index) => stream === other[index]?.[0] && events === other[index][1])
  );
}
