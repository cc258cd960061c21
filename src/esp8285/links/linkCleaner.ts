import { catchError, concat, EMPTY, finalize, ignoreElements, type Observable, of } from 'rxjs';

import { Runner } from '../../streams';
import type { Dialect } from '../commands/dialect';
import type { Executor } from '../executor/executor';
import type { ReceiveMode } from './adaptive/receiveMode';
import { closeExchange, resetLinkExchange } from './exchanges/closeExchange';
import type { Link } from './link';
import type { LinkLife } from './linkLife';
import type { LinkNumbers } from './linkNumbers';
import { closeModeOf } from './settings';

/** Closes links and restores the receive mode in the background, for callers that do not wait. */
export class LinkCleaner {
  /** Runs the operations; emits nothing. The owner subscribes once. */
  readonly running$: Observable<never>;

  private readonly runner = new Runner();

  constructor(
    private readonly executor: Executor,
    private readonly numbers: LinkNumbers<Link>,
    private readonly receiveMode: ReceiveMode,
    private readonly dialect: () => Dialect | undefined,
  ) {
    this.running$ = this.runner.running$;
  }

  /** Runs an operation in the background. */
  run(operation$: Observable<unknown>): void {
    this.runner.run(operation$);
  }

  /**
   * Closes a link that has no owner. With `reset` it resets the connection, if the firmware can do that.
   *
   * @param before$ What is done first.
   */
  discard(life: LinkLife, reset = false, before$: Observable<never> = EMPTY): void {
    this.run(concat(before$, this.close(life, reset), this.adjusting$));
  }

  /** Brings the modem to the receive mode that the links need. */
  adjustMode(): void {
    this.run(this.adjusting$);
  }

  /** Cold: has the modem close a link, and finishes its life in any case. Never errors. */
  close(life: LinkLife, reset = false): Observable<unknown> {
    const isAnothers = () => (this.numbers.at(life.id)?.life ?? life) !== life;
    const isGone = () => life.isGone || isAnothers();
    const exchange = reset
      ? resetLinkExchange(life.id, isGone, (id, resets) => closeModeOf(this.dialect(), id, resets))
      : closeExchange(life.id, isGone);
    return this.executor.run(exchange).pipe(
      // A refusal means that the peer has already closed it.
      catchError(() => of(undefined)),
      finalize(() => {
        life.finish();
      }),
    );
  }

  private get adjusting$(): Observable<never> {
    return this.executor.run(this.receiveMode.adjust()).pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    );
  }
}
