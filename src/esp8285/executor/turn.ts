import { Observable, type Subscriber } from 'rxjs';

/** How an exchange has ended, and whether the caller still waits for it. */
export type Settlement<T> =
  | { readonly end: 'done'; readonly value: T; readonly isAwaited: boolean }
  | { readonly end: 'failed'; readonly cause: unknown; readonly isAwaited: boolean }
  /** The caller gave up before the exchange began: nothing was said to the modem. */
  | { readonly end: 'withdrawn'; readonly isAwaited: false };

export interface TurnOptions<T> {
  /** Makes the conversation when the turn comes. */
  readonly converse: () => Observable<T>;
  /** Ends the turn when it emits. */
  readonly interruptions$: Observable<unknown>;
  /** Returns the error of a turn that has been interrupted. */
  readonly interruption: () => Error;
  /** Called once; see {@link Executor.run}. */
  readonly settled: (settlement: Settlement<T>) => void;
}

/** One exchange in the queue of the executor, and the caller who waits for its outcome. */
export class Turn<T> {
  /** Cold: runs the exchange, tells the caller how it ends, and completes. Emits nothing, and never errors. */
  readonly serving$: Observable<never>;

  private isAwaited = true;
  private hasBegun = false;
  private isSettled = false;

  constructor(
    private readonly caller: Subscriber<T>,
    private readonly options: TurnOptions<T>,
  ) {
    this.serving$ = new Observable((server) => this.serve(server));
  }

  /** Marks the exchange as begun, unless the caller has given it up. Returns whether it begins. */
  begin(): boolean {
    return (this.hasBegun = this.isAwaited);
  }

  /** The caller waits no longer. */
  giveUp(): void {
    this.isAwaited = false;
    if (!this.hasBegun) this.settle({ end: 'withdrawn', isAwaited: false });
  }

  private serve(server: Subscriber<never>): void {
    if (!this.isAwaited) {
      server.complete();
      return;
    }
    const { converse, interruptions$, interruption } = this.options;
    const fail = (cause: unknown): void => {
      this.settle({ end: 'failed', cause, isAwaited: this.isAwaited });
      this.caller.error(cause);
      server.complete();
    };
    const end = (): void => {
      if (this.isSettled) server.complete();
      else fail(interruption());
    };
    server.add(interruptions$.subscribe({ next: end, error: fail }));
    server.add(
      converse().subscribe({
        next: (value) => {
          this.settle({ end: 'done', value, isAwaited: this.isAwaited });
          // The rest of the conversation matters to the next exchange only.
          this.caller.next(value);
          this.caller.complete();
        },
        error: fail,
        complete: end,
      }),
    );
  }

  private settle(settlement: Settlement<T>): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.options.settled(settlement);
  }
}
