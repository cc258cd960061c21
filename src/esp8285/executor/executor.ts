import {
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  noop,
  Observable,
  of,
  Subject,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Command } from '../commands/command';
import { Refusal } from './answer';
import { answeredWithin, BusyForEver, longestBusy } from './answeredWithin';
import { type Exchange, simpleExchange } from './exchange';
import { followedBy } from './followedBy';
import { StartedUnnoticed } from './probeWhenQuiet';
import { resynchronise, startedUnnoticedError } from './resynchronise';
import { type Settlement, Turn } from './turn';
import { AnswerLost, Unanswered } from './unanswered';
import type { Wire } from './wire';
import { withHints } from './withHints';

/** Milliseconds within which a probe is answered that was sent while the answer to the command came. */
const probeGrace = 2_000;

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
  private interruption: Error | undefined;
  /** `undefined` while an interruption is reported to the callers that wait. */
  private session: number | undefined = 0;
  private outOfStep = false;
  private readonly waiting = new Set<unknown>();

  constructor(private readonly wire: Wire) {
    this.trouble$ = this.troubles.asObservable();
    this.serving$ = this.turns.pipe(
      concatMap((turn$) => (this.ahead.length > 0 ? concat(...this.ahead.splice(0), turn$) : turn$)),
    );
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

  /** How many exchanges wait until the modem is free. */
  get waitingExchanges(): number {
    return this.waiting.size;
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

  /** Made late, because an error holds its stack trace, and with it what was called. */
  private get interruptedBy(): Error {
    return this.interruption ?? new Error('not interrupted');
  }

  private enqueue<T>(
    exchange: Exchange<T>,
    settled: (settlement: Settlement<T>) => void,
    queue: (turn$: Observable<never>) => void,
  ): Observable<T> {
    return new Observable((caller) => {
      const { session } = this;
      const isInTime = () => session !== undefined && session === this.session;
      const turn: Turn<T> = new Turn<T>(caller, {
        converse: () => {
          this.waiting.delete(turn);
          return isInTime() ? this.serve(exchange, turn) : throwError(() => this.interruptedBy);
        },
        interruptions$: this.interruptions,
        interruption: () => this.interruptedBy,
        settled,
      });
      this.waiting.add(turn);
      queue(turn.serving$);
      return () => {
        this.waiting.delete(turn);
        turn.giveUp();
      };
    });
  }

  private serve<T>(exchange: Exchange<T>, turn: Turn<T>): Observable<T> {
    const begin = () => (turn.begin() ? this.converse(exchange) : EMPTY);
    return this.outOfStep ? concat(this.getInStep(), defer(begin)) : begin();
  }

  private converse<T>({ shown, deadline, countsBusy = false, converse }: Exchange<T>): Observable<T> {
    return converse(this.wire).pipe(
      withHints(this.wire),
      answeredWithin(deadline, shown, this.wire, countsBusy ? 0 : longestBusy),
      followedBy({ completed: () => this.settled(), failed: (cause) => this.failed(cause) }),
    );
  }

  /** Errors when the modem is ready for the next exchange. */
  private failed(cause: unknown): Observable<never> {
    this.outOfStep ||= cause instanceof Unanswered && !(cause instanceof AnswerLost);
    const trouble = troubleOf(cause);
    if (trouble) this.troubles.next(trouble);
    return concat(
      this.settled() ?? EMPTY,
      // A refusal by a modem that has started again says nothing about the command.
      defer(() => (this.outOfStep && cause instanceof Refusal ? this.getInStep() : EMPTY)),
      throwError(() => trouble ?? cause),
    );
  }

  /**
   * Waits for the answer to a probe that was sent while the answer to the command came. It must not be taken for the
   * answer to the next command. Without such a probe, there is nothing to wait for.
   */
  private settled(): Observable<never> | undefined {
    const { probe } = this.wire;
    // Each of them may be answered, and a surplus `OK` must not end the next command.
    if (this.wire.takeRepeats() > 0) this.outOfStep = true;
    if (this.outOfStep || !probe.isOwed) return undefined;
    const late$ = timer(probeGrace, this.wire.clock).pipe(tap(() => (this.outOfStep = true)));
    return probe.settled().pipe(takeUntil(late$));
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

/** Makes the error of a failure that concerns all callers. */
function troubleOf(cause: unknown): OSError | undefined {
  if (cause instanceof BusyForEver) return new OSError('EIO', 'modem', `${cause.message}; reset it`, { cause });
  return cause instanceof StartedUnnoticed ? startedUnnoticedError(cause) : undefined;
}
