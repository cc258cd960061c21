import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  type Observable,
  type SchedulerLike,
  share,
  tap,
  timer,
} from 'rxjs';

import type { Executor } from '../executor/executor';
import type { ReceiveMode } from './adaptive/receiveMode';
import { statusExchange } from './exchanges/linkStatus';
import type { Link } from './link';
import type { LinkLife } from './linkLife';
import type { LinkNumbers } from './linkNumbers';
import { type Polling, pollTogether } from './polling/pollTogether';

/** Milliseconds before the first poll for a quiet link. Each later pause is twice as long as the one before. */
const firstPause = 2_000;
/**
 * A list without a link is not believed until this many milliseconds after its last data, because some lists are
 * incomplete.
 */
const liveliness = 5_000;
/** Milliseconds that a modem may take to say `CLOSED` for a link that it no longer has. */
const lateEnd = 100;

export interface StatusPollOptions {
  readonly executor: Executor;
  readonly receiveMode: ReceiveMode;
  readonly scheduler: SchedulerLike;
  /** The most milliseconds between two polls while a link is quiet; `Infinity` for no polls. */
  readonly longestQuiet: number;
  readonly numbers: LinkNumbers<Link>;
  /** Whether clients may connect. */
  readonly isListening: () => boolean;
  /** The modem has a link whose number is free here, so its `CONNECT` was lost. */
  readonly discovered: (id: number) => void;
}

/** Polls the modem for the state of its links, because the line may lose its messages about them. */
export class StatusPoll {
  /** Polls once, shared by all subscribers of the time, and tells the links. Emits nothing. */
  readonly once$: Observable<never>;
  /** Polls while it is subscribed to, with pauses that grow for each subscriber. Emits nothing. */
  readonly polling: Polling;

  constructor(private readonly options: StatusPollOptions) {
    this.once$ = defer(() => this.poll()).pipe(share());
    const { longestQuiet: longestPause, scheduler } = options;
    this.polling = pollTogether(this.once$, { firstPause, longestPause, scheduler });
  }

  private poll(): Observable<never> {
    const { executor, receiveMode, scheduler, numbers, isListening, discovered } = this.options;
    const known = numbers.links.map(({ life }) => life);
    const asked = known.filter(({ isOpen }) => isOpen);
    if (asked.length === 0 && !isListening()) return EMPTY;
    const status$ = executor.run(statusExchange(receiveMode.countsWaiting));
    const isKnown = (id: number) => known.some((life) => life.id === id);
    return status$.pipe(
      tap(({ waiting, open }) => {
        for (const life of asked) if (has(open, life)) life.found(waiting[life.id] ?? 0);
        for (const id of open ?? []) if (!isKnown(id) && !numbers.at(id)) discovered(id);
      }),
      // The last data of a link and its `CLOSED` may come after the answer. They come before the next answer.
      concatMap(({ open }) => {
        const missing = asked.filter((life) => life.isOpen && !has(open, life));
        const pauses = missing.map(({ id }) => numbers.heardAt(id) + liveliness - scheduler.now());
        const pause = Math.max(lateEnd, ...pauses);
        return missing.length === 0 ? EMPTY : timer(pause, scheduler).pipe(concatMap(() => status$));
      }),
      tap(({ open }) => {
        const isLively = ({ id }: LinkLife) => scheduler.now() - numbers.heardAt(id) < liveliness;
        for (const life of asked) if (!has(open, life) && !isLively(life)) life.notFound();
      }),
      ignoreElements(),
      // The next poll asks again, unless the modem is lost.
      catchError(() => EMPTY),
    );
  }
}

/** An answer that makes no sense is not evidence against a link. */
function has(open: ReadonlySet<number> | undefined, { id }: LinkLife): boolean {
  return open?.has(id) ?? true;
}
