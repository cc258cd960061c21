import { Observable, type Subscriber } from 'rxjs';

/**
 * Runs operations that nobody waits for, all at the same time.
 *
 *     const runner = new Runner();
 *     runner.running$.subscribe({ error: console.error }); // ends all of them when it is unsubscribed
 *     runner.run(goodbye$);
 *
 * It is written by hand, because each socket has one, and most of the time it runs nothing.
 */
export class Runner {
  /** Runs the operations, and emits nothing. Errors with the first one that fails, and never completes. Has one subscriber. */
  readonly running$: Observable<never>;

  private owner: Subscriber<never> | undefined;

  constructor() {
    this.running$ = new Observable((owner) => {
      this.owner = owner;
      return () => {
        this.end();
      };
    });
  }

  /** Begins an operation. What it emits is ignored. Does nothing before there is a subscriber, and after the end. */
  run(operation$: Observable<unknown>): void {
    const { owner } = this;
    owner?.add(operation$.subscribe({ error: (error: unknown) => owner.error(error) }));
  }

  /** Begins no more operations. Those that run go on. */
  end(): void {
    this.owner = undefined;
  }
}
