import debug from 'debug';
import {
  catchError,
  defer,
  ignoreElements,
  merge,
  noop,
  Observable,
  race,
  retry,
  type SchedulerLike,
  Subject,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { Mutex } from '../../streams';
import type { Nic } from '../../usocket/contract/nic';
import { callError, OSError } from '../../usocket/contract/osError';
import { nodeTime } from '../native/nodeTime';

/** A connection that may be given up when another one needs its link. */
export interface YieldingLink {
  /** From when on it may be given up, in milliseconds of the scheduler; `undefined` if it may not. */
  readonly yieldsFrom: number | undefined;
  /** Closes it. */
  yieldLink(): void;
}

/** How a connection waits for a link. */
export interface WaitOptions {
  /** What waits, for messages: `'connect to 192.168.1.9:80'`. */
  readonly what: string;
  /** The most milliseconds to wait. */
  readonly linkTimeout: number;
}

const log = debug('rx-usocket:node');

/** Milliseconds between two attempts. Links may also be freed by others, who do not tell. */
const nextAttempt = 200;

/**
 * What the connections of one interface share: its links. An interface has only few of them, so a connection that finds
 * none waits for its turn.
 *
 *     opening$     --#(EMFILE)          --a|
 *     open(…)      ------------(freed)----a|
 */
export class LinkShare {
  private readonly turns = new Mutex();
  private readonly freed = new Subject<void>();
  private readonly links = new Set<YieldingLink>();
  private readonly told = new Set<string>();

  constructor(
    readonly nic: Nic,
    private readonly scheduler: SchedulerLike = nodeTime,
  ) {}

  /** Tells in the log, once, that the interface cannot do something that no program expects to fail. */
  tellOnce(topic: string, reason: unknown): void {
    if (this.told.has(topic)) return;
    this.told.add(topic);
    log('%s changes nothing: %s', topic, reason instanceof Error ? reason.message : reason);
  }

  /** Notes an open link, until {@link remove}. */
  add(link: YieldingLink): void {
    this.links.add(link);
  }

  /** The link is being closed. */
  remove(link: YieldingLink): void {
    this.links.delete(link);
  }

  /** Notes an open port, which is not given up, until the function that it returns is called. */
  hold(): () => void {
    const port: YieldingLink = { yieldsFrom: undefined, yieldLink: noop };
    this.add(port);
    return () => this.remove(port);
  }

  /** Whether every open link could be given up, and could have been for that many milliseconds. */
  isIdleFor(milliseconds: number): boolean {
    const latest = this.scheduler.now() - milliseconds;
    return [...this.links].every(({ yieldsFrom = Infinity }) => yieldsFrom <= latest);
  }

  /** A link has been closed, so another one can be opened. */
  linkFreed(): void {
    this.freed.next();
  }

  /**
   * Cold. Opens a link. If the interface has none left (`EMFILE`), it waits its turn until there is one, and connections
   * that do nothing are given up for it. Unsubscribing gives up the place.
   *
   * Errors: `EMFILE` when no link has become free in time; those of `opening$`.
   */
  open<T>(opening$: Observable<T>, options: WaitOptions): Observable<T> {
    return defer(() => {
      // Those who wait already come first.
      if (this.turns.locked) return this.inTurn(opening$, options);
      return opening$.pipe(
        catchError((error: unknown) => (isExhausted(error) ? this.inTurn(opening$, options) : throwError(() => error))),
      );
    });
  }

  private inTurn<T>(opening$: Observable<T>, { what, linkTimeout }: WaitOptions): Observable<T> {
    return defer(() => {
      log('%s waits, because all links of %s are in use', what, this.nic.name);
      const due = this.scheduler.now() + linkTimeout;
      let isOpening = false;
      const giveUp = (cause?: unknown) => {
        const reason = `all links of ${this.nic.name} have been in use for ${linkTimeout / 1000} s; close a connection`;
        return callError('connect', 'EMFILE', `${what}: ${reason}, or raise linkTimeout`, { cause });
      };
      const attempt$ = defer(() => {
        isOpening = true;
        return opening$;
      }).pipe(
        retry({
          delay: (error: unknown) => {
            if (!isExhausted(error)) return throwError(() => error);
            isOpening = false;
            if (this.scheduler.now() >= due) return throwError(() => giveUp(error));
            return this.nextChance();
          },
        }),
      );
      // An attempt that has found a link takes as long as it takes.
      const late$ = timer(linkTimeout, this.scheduler).pipe(
        tap(() => {
          if (!isOpening) throw giveUp();
        }),
        ignoreElements(),
      );
      return merge(this.turns.runExclusive(attempt$), late$).pipe(take(1));
    });
  }

  /** Emits once when it is worth another attempt. */
  private nextChance(): Observable<unknown> {
    return defer(() => {
      const chance$ = race(this.freed, timer(nextAttempt, this.scheduler)).pipe(take(1));
      return merge(
        chance$,
        defer(() => this.demandLink()),
      ).pipe(take(1));
    });
  }

  /** Gives up the connection that has done nothing for the longest time. */
  private demandLink(): Observable<never> {
    return new Observable((subscriber) => {
      const now = this.scheduler.now();
      const idle = [...this.links].filter(({ yieldsFrom = Infinity }) => yieldsFrom <= now);
      const [longest] = idle.sort((one, other) => (one.yieldsFrom ?? 0) - (other.yieldsFrom ?? 0));
      if (longest) {
        this.links.delete(longest);
        longest.yieldLink();
      }
      subscriber.complete();
    });
  }
}

function isExhausted(error: unknown): boolean {
  return error instanceof OSError && error.code === 'EMFILE';
}

/** An entry goes with its interface, so two interfaces share nothing. */
const shares = new WeakMap<Nic, LinkShare>();

/** What the connections of an interface share. */
export function shareOf(nic: Nic): LinkShare {
  const share = shares.get(nic) ?? new LinkShare(nic);
  shares.set(nic, share);
  return share;
}
