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

export interface StocktakingOptions {
  readonly executor: Executor;
  readonly reception: Reception;
  readonly scheduler: SchedulerLike;
  /** Milliseconds between two questions about a link that stays quiet, at most; `Infinity` for none. */
  readonly longestQuiet: number;
  readonly links: () => readonly (NumberedLink | undefined)[];
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
    const { executor, reception, links, isListening, found } = this.options;
    const asked = links().filter((link) => link?.isOpen);
    if (asked.length === 0 && !isListening()) return EMPTY;
    return executor.run(stockExchange(reception.countsWaiting)).pipe(
      tap(({ lengths, open }) => {
        for (const link of asked) link?.taken(lengths[link.id] ?? 0, open?.has(link.id) ?? true);
        for (const id of open ?? []) if (!links()[id]) found(id);
      }),
      ignoreElements(),
      // It is asked again, or has been lost.
      catchError(() => EMPTY),
    );
  }
}
