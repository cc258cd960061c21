import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  type Observable,
  repeat,
  type SchedulerLike,
  share,
  tap,
  timer,
} from 'rxjs';

import type { Executor } from '../executor/executor';
import type { NumberedLink } from './numberedLink';
import type { Reception } from './reception';
import { stockExchange } from './stock';

/** Milliseconds after which the first question about a quiet link is asked; each next one after twice as long. */
const firstQuiet = 2_000;
/** Milliseconds behind a sign of life of a link within which a list without it is not believed: some lists lack some. */
const liveliness = 5_000;
/** Milliseconds that a modem may take to say `CLOSED` of a link that it does not have any more. */
const lateEnd = 100;

export interface StocktakingOptions {
  readonly executor: Executor;
  readonly reception: Reception;
  readonly scheduler: SchedulerLike;
  /** Milliseconds between two questions about a link that stays quiet, at most; `Infinity` for none. */
  readonly longestQuiet: number;
  readonly links: () => readonly (NumberedLink | undefined)[];
  /** When something was last heard of the link of a number, other than in a list. */
  readonly heardAt: (id: number) => number;
  /** Whether connections are awaited. */
  readonly isListening: () => boolean;
  /** The modem has a link that is none of these: it has not been heard of. */
  readonly found: (id: number) => void;
}

/** What the modem has, asked for: what it says unasked may be lost on the line. */
export class Stocktaking {
  /** Asks the modem what it has, once for all who want to know at the same time, and tells the links. */
  readonly stock$: Observable<never>;

  constructor(private readonly options: StocktakingOptions) {
    this.stock$ = defer(() => this.take()).pipe(share());
  }

  /** Asks again and again while it is subscribed to, ever less often. */
  asking(): Observable<never> {
    const { longestQuiet, scheduler } = this.options;
    if (longestQuiet === Infinity) return EMPTY;
    return defer(() => {
      let pause = firstQuiet / 2;
      return defer(() => timer((pause = Math.min(2 * pause, longestQuiet)), scheduler)).pipe(
        concatMap(() => this.stock$),
        repeat(),
      );
    });
  }

  private take(): Observable<never> {
    const { executor, reception, scheduler, links, heardAt, isListening, found } = this.options;
    const known = [...links()];
    const asked = known.filter((link) => link !== undefined).filter(({ isOpen }) => isOpen);
    if (asked.length === 0 && !isListening()) return EMPTY;
    const stock$ = executor.run(stockExchange(reception.countsWaiting));
    return stock$.pipe(
      tap(({ lengths, open }) => {
        for (const link of asked) if (has(open, link)) link.taken(lengths[link.id] ?? 0, true);
        for (const id of open ?? []) if (!known[id] && !links()[id]) found(id);
      }),
      // What a link said last, and its end, may stand behind the answer. They stand in front of the next one.
      concatMap(({ open }) => {
        const missing = asked.filter((link) => link.isOpen && !has(open, link));
        const pauses = missing.map(({ id }) => heardAt(id) + liveliness - scheduler.now());
        const pause = Math.max(lateEnd, ...pauses);
        return missing.length === 0 ? EMPTY : timer(pause, scheduler).pipe(concatMap(() => stock$));
      }),
      tap(({ open }) => {
        const isLively = ({ id }: NumberedLink) => scheduler.now() - heardAt(id) < liveliness;
        for (const link of asked) if (!has(open, link) && !isLively(link)) link.taken(0, false);
      }),
      ignoreElements(),
      // It is asked again, or has been lost.
      catchError(() => EMPTY),
    );
  }
}

/** An answer that makes no sense has nothing to say against a link. */
function has(open: ReadonlySet<number> | undefined, { id }: NumberedLink): boolean {
  return open?.has(id) ?? true;
}
