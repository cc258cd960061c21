import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  noop,
  type Observable,
  type Observer,
  of,
  type OperatorFunction,
  ReplaySubject,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  throwIfEmpty,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Command } from '../commands/command';
import { Refusal } from './answer';
import { answeredWithin, BusyForEver, longestBusy } from './answeredWithin';
import { type Exchange, simpleExchange } from './exchange';
import { StartedUnnoticed } from './probeWhenQuiet';
import { resynchronise, startedUnnoticedError } from './resynchronise';
import { AnswerLost, Unanswered } from './unanswered';
import type { Wire } from './wire';
import { withHints } from './withHints';

/** Milliseconds within which a probe is answered that was sent while the answer to the command came. */
const probeGrace = 2_000;

/** How an exchange has ended, and whether the caller still waits for it. */
export type Settlement<T> =
  | { readonly end: 'done'; readonly value: T; readonly isAwaited: boolean }
  | { readonly end: 'failed'; readonly cause: unknown; readonly isAwaited: boolean }
  /** The caller gave up before the exchange began: nothing was said to the modem. */
  | { readonly end: 'withdrawn'; readonly isAwaited: false };

/**
 * Holds the one conversation with the modem: one exchange at a time, in the order of the requests. An exchange that is
 * given up before its turn never begins. One that has begun runs to its end, because its answer must not be taken for
 * the answer to the next one.
 */
export class Executor {
  /** Runs the exchanges; emits nothing. The owner subscribes once. */
  readonly serving$: Observable<never>;
  /** Emits when the modem has stopped answering (`EIO`), or has started again unnoticed (`ECONNRESET`). */
  readonly trouble$: Observable<OSError>;

  /** Each runs one exchange, or does nothing if that has gone ahead. */
  private readonly turns = new Subject<Observable<never>>();
  /** The exchanges that go ahead of those in {@link turns}. */
  private readonly ahead: Observable<never>[] = [];
  private readonly troubles = new Subject<OSError>();
  private readonly interruptions = new Subject<void>();
  private interruption = new Error('not interrupted');
  /** `undefined` while an interruption is reported to the callers that wait. */
  private session: number | undefined = 0;
  private outOfStep = false;

  constructor(private readonly wire: Wire) {
    this.trouble$ = this.troubles.asObservable();
    this.serving$ = this.turns.pipe(concatMap((turn$) => concat(...this.ahead.splice(0), turn$)));
  }

  /**
   * Cold: runs an exchange in its turn, and emits its outcome as soon as that is certain. Unsubscribing gives it up.
   *
   * @param settled Called once, before the outcome is emitted, with how the exchange has ended. It is called even if
   *   the caller has unsubscribed, so it is the place to clean up after an outcome that has no owner.
   *
   * Errors: those of the exchange, mostly a {@link Refusal}; {@link Unanswered} when the modem did not answer in time.
   */
  run<T>(exchange: Exchange<T>, settled: (settlement: Settlement<T>) => void = noop): Observable<T> {
    return this.enqueue(exchange, settled, (turn$) => {
      this.turns.next(turn$);
    });
  }

  /** Cold: the same for an exchange that goes ahead of all others that wait. The one that has begun runs to its end. */
  runAhead<T>(exchange: Exchange<T>): Observable<T> {
    return this.enqueue(exchange, noop, (turn$) => {
      this.ahead.push(turn$);
      this.turns.next(EMPTY);
    });
  }

  /** Cold: says a command, and emits the lines of its answer. The deadline is in milliseconds. */
  ask(command: Command, deadline?: number): Observable<readonly string[]> {
    return this.run(simpleExchange(command, deadline));
  }

  /** The modem may have changed its state. The executor asks it before the next command. */
  doubt(): void {
    this.outOfStep = true;
  }

  /** Cold: if there is a doubt, asks the modem now, and completes. {@link trouble$} emits if the doubt was right. */
  verify(): Observable<never> {
    return this.run({ shown: 'nothing', deadline: 1_000, converse: () => of(undefined) }).pipe(ignoreElements());
  }

  /**
   * The modem has started again, or is lost. All exchanges requested until now fail with this error. So do those that
   * callers request on hearing of the failure, because the modem is not set up yet.
   */
  interrupt(error: Error): void {
    const next = (this.session ?? 0) + 1;
    this.session = undefined;
    this.interruption = error;
    this.outOfStep = false;
    this.wire.probe.forget();
    this.interruptions.next();
    this.session = next;
  }

  private enqueue<T>(
    exchange: Exchange<T>,
    settled: (settlement: Settlement<T>) => void,
    queue: (turn$: Observable<never>) => void,
  ): Observable<T> {
    return defer(() => {
      const outcome = new ReplaySubject<T>(1);
      const { session } = this;
      let isAwaited = true;
      let hasBegun = false;
      let isSettled = false;
      const settle = (settlement: Settlement<T>) => {
        if (!isSettled) settled(settlement);
        isSettled = true;
      };
      const begin = () => (hasBegun = isAwaited);
      const turn$ = defer(() => {
        if (!isAwaited) return EMPTY;
        const isInTime = session !== undefined && session === this.session;
        return isInTime ? this.serve(exchange, begin) : throwError(() => this.interruption);
      });
      queue(
        turn$.pipe(
          tap({
            next: (value) => {
              settle({ end: 'done', value, isAwaited });
            },
            error: (cause: unknown) => {
              settle({ end: 'failed', cause, isAwaited });
            },
          }),
          tellOnly(outcome),
        ),
      );
      return outcome.pipe(
        // The rest of the conversation matters to the next exchange only.
        take(1),
        finalize(() => {
          isAwaited = false;
          if (!hasBegun) settle({ end: 'withdrawn', isAwaited });
        }),
      );
    });
  }

  /** @param begin Marks the exchange as begun, unless the caller has given it up by then. */
  private serve<T>(exchange: Exchange<T>, begin: () => boolean): Observable<T> {
    const conversation$ = defer(() => (begin() ? this.converse(exchange) : EMPTY));
    return concat(this.outOfStep ? this.getInStep() : EMPTY, conversation$).pipe(
      // A refusal by a modem that has started again says nothing about the command.
      catchError((error: unknown) =>
        concat(
          this.outOfStep && error instanceof Refusal ? this.getInStep() : EMPTY,
          throwError(() => error),
        ),
      ),
      takeUntil(this.interruptions),
      throwIfEmpty(() => this.interruption),
    );
  }

  private converse<T>({ shown, deadline, countsBusy = false, converse }: Exchange<T>): Observable<T> {
    const conversation$ = converse(this.wire).pipe(
      withHints(this.wire),
      answeredWithin(deadline, shown, this.wire, countsBusy ? 0 : longestBusy),
      catchError((error: unknown) => {
        if (error instanceof BusyForEver) return this.giveUp(error);
        return error instanceof StartedUnnoticed ? this.tellAll(startedUnnoticedError(error)) : throwError(() => error);
      }),
      tap({
        error: (error: unknown) => {
          this.outOfStep ||= error instanceof Unanswered && !(error instanceof AnswerLost);
        },
      }),
      catchError((error: unknown) =>
        concat(
          this.settled(),
          throwError(() => error),
        ),
      ),
    );
    return concat(conversation$, this.settled());
  }

  /**
   * Waits for the answer to a probe that was sent while the answer to the command came. It must not be taken for the
   * answer to the next command.
   */
  private settled(): Observable<never> {
    return defer(() => {
      const { probe } = this.wire;
      if (this.outOfStep || !probe.isOwed) return EMPTY;
      const late$ = timer(probeGrace, this.wire.clock).pipe(tap(() => (this.outOfStep = true)));
      return probe.settled().pipe(takeUntil(late$));
    });
  }

  private giveUp(cause: BusyForEver): Observable<never> {
    return this.tellAll(new OSError('EIO', 'modem', `${cause.message}; reset it`, { cause }));
  }

  private tellAll(error: OSError): Observable<never> {
    return defer(() => {
      this.troubles.next(error);
      throw error;
    });
  }

  private getInStep(): Observable<never> {
    return resynchronise(this.wire).pipe(
      tap({
        complete: () => (this.outOfStep = false),
        error: (error: unknown) => {
          if (error instanceof OSError) this.troubles.next(error);
        },
      }),
    );
  }
}

/** Hands an outcome, good or bad, to the caller. The next exchange has its turn in any case. */
function tellOnly<T>(caller: Observer<T>): OperatorFunction<T, never> {
  return (outcome$) =>
    outcome$.pipe(
      // Not `tap(caller)`, which would call the `subscribe` of a Subject.
      tap({
        next: (value) => {
          caller.next(value);
        },
        error: (error: unknown) => {
          caller.error(error);
        },
        complete: () => {
          caller.complete();
        },
      }),
      ignoreElements(),
      catchError(() => EMPTY),
    );
}
