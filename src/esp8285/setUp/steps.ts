import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  retry,
  tap,
  throwError,
  TimeoutError,
} from 'rxjs';

import type { Command } from '../commands/command';
import { answer, ifRefused, Refusal } from '../executor/answer';
import { sayPatiently } from '../executor/insist';
import { StartedUnnoticed } from '../executor/probeWhenQuiet';
import { askLinkMode } from '../executor/resynchronise';
import { Unanswered } from '../executor/unanswered';
import type { Wire } from '../executor/wire';

/**
 * A step is repeated after this many milliseconds without an answer. The modem needs at most one second for a command
 * that does not need the network.
 */
const stepPatience = 2_500;

/** How often a command is said to a modem that refuses it, although nothing prevents it that is known. */
export const insistence = 5;

export interface StepOptions {
  /** How often a step is said to a modem that does not answer. Default: 3. */
  readonly tries?: number;
  /**
   * How often a step is said to a modem that refuses it, because a command that the line has damaged is refused.
   * Default: 2.
   */
  readonly refusals?: number;
}

/**
 * The conversation of the set-up. Repeating a step does no harm, so a step without an answer is repeated. Later
 * commands may do harm. When such a command has no answer, the modem is first asked whether it is still working; see
 * `probeWhenQuiet`.
 */
export class Steps {
  constructor(readonly wire: Wire) {}

  /**
   * Says a command that the driver needs, and emits the lines of its answer. Repeats it when the line has lost or
   * damaged the command or its answer. Errors with the last `Refusal`, or with `Unanswered`.
   */
  need(command: Command, { tries = 3, refusals = 2 }: StepOptions = {}): Observable<readonly string[]> {
    return defer(() => {
      let silences = 0;
      let refused = 0;
      return this.once(command).pipe(
        retry({
          delay: (error: unknown) => {
            if (error instanceof Refusal && ++refused < refusals) return of(true);
            if (!(error instanceof TimeoutError)) return throwError(() => error);
            const unanswered$ = throwError(() => new Unanswered(command.shown, tries * stepPatience));
            // An unfinished message of the modem would be taken for the beginning of the next answer.
            const again$ = ++silences < tries ? concat(this.checkSpeed(), of(true)) : unanswered$;
            return concat(this.wire.discardUnfinished(), again$);
          },
        }),
        // A modem that was only slow answers each repetition.
        concatMap((lines) => (silences === 0 ? of(lines) : this.inStep().pipe(endWith(lines)))),
      );
    });
  }

  /**
   * Says a command that may be refused, because there is nothing to do or the firmware does not know it. Emits whether
   * it was accepted.
   */
  accepts(command: Command, options: StepOptions = {}): Observable<boolean> {
    return this.need(command, { tries: 2, refusals: 1, ...options }).pipe(
      map(() => true),
      ifRefused(of(false)),
      // The modem may answer other commands, although it does not answer this one.
      catchError((error: unknown) =>
        error instanceof Unanswered ? this.inStep().pipe(endWith(false)) : throwError(() => error),
      ),
    );
  }

  /** The same, but completes whether or not it is accepted. */
  attempt(command: Command, options?: StepOptions): Observable<never> {
    return this.accepts(command, options).pipe(ignoreElements());
  }

  /** Emits whether the firmware knows a query. */
  knows(query: Command): Observable<boolean> {
    return this.accepts(query, { refusals: 2 });
  }

  /** Emits the lines of an answer; none when the firmware does not know the query. */
  ask(query: Command): Observable<readonly string[]> {
    return this.need(query).pipe(ifRefused(of([])));
  }

  /** Late answers come before the answer to a query whose answer names it. */
  inStep(): Observable<never> {
    return askLinkMode(this.wire).pipe(ignoreElements());
  }

  private once(command: Command): Observable<readonly string[]> {
    const { frames$ } = this.wire;
    return defer(() => {
      let isUnchanged = false;
      const unchanged$ = frames$.pipe(
        tap((frame) => (isUnchanged ||= frame.kind === 'line' && frame.text === 'no change')),
        ignoreElements(),
      );
      const answer$ = merge(unchanged$, frames$.pipe(answer(command)));
      return sayPatiently(this.wire, command, answer$, stepPatience).pipe(
        // When nothing changes, AT 0.x says only `no change`, and AT 1.x also says `OK`.
        catchError((error: unknown) =>
          isUnchanged && error instanceof TimeoutError ? of([]) : throwError(() => error),
        ),
      );
    });
  }

  /**
   * A modem that has started again has its own speed, and its `ready` could not be read. Errors with
   * {@link StartedUnnoticed} when it answers at that speed.
   */
  private checkSpeed(): Observable<never> {
    const { speed } = this.wire;
    const started = () => new StartedUnnoticed('the modem has started again in the set-up');
    const compared$ = defer(() => (speed.isRaised ? EMPTY : throwError(started)));
    return defer(() => (speed.isRaised ? concat(this.inStep(), compared$) : EMPTY));
  }
}
