import {
  catchError,
  concat,
  concatMap,
  defer,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  retry,
  take,
  tap,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs';

import type { Command } from '../commands/command';
import { answer, ifRefused, Refusal } from '../executor/answer';
import { sayUntil } from '../executor/exchange';
import { askLinkMode } from '../executor/resynchronise';
import { Unanswered } from '../executor/unanswered';
import type { Wire } from '../executor/wire';

/** Milliseconds without an answer after which a step is said again: the modem does what it does by itself within one second. */
const patience = 2_500;

export interface StepOptions {
  /** How often it is said to a modem that does not answer it. Default: 3. */
  readonly tries?: number;
  /** How often it is said to a modem that refuses it: a command that is damaged on its way is refused. Default: 2. */
  readonly refusals?: number;
}

/** The conversation of the set-up: each step is harmless to say twice. */
export class Steps {
  constructor(readonly wire: Wire) {}

  /**
   * Says a command without which the driver cannot go on, and emits the lines of its answer. Says it again when the answer,
   * or the command, is lost or damaged on the line. Errors with the last `Refusal`, or with `Unanswered`.
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
            const unanswered$ = throwError(() => new Unanswered(command.shown, tries * patience));
            // What the modem has begun to say has no end, and would be the beginning of the next answer.
            return concat(this.wire.discardUnfinished(), ++silences < tries ? of(true) : unanswered$);
          },
        }),
        // A modem that was only slow answers as often as it was asked.
        concatMap((lines) => (silences === 0 ? of(lines) : this.inStep().pipe(endWith(lines)))),
      );
    });
  }

  /** Says what may be refused, where there is nothing to do or where the firmware does not know it; emits whether it was taken. */
  take(command: Command, options: StepOptions = {}): Observable<boolean> {
    return this.need(command, { tries: 2, refusals: 1, ...options }).pipe(
      map(() => true),
      ifRefused(of(false)),
      // It is not answered, but others are.
      catchError((error: unknown) =>
        error instanceof Unanswered ? this.inStep().pipe(endWith(false)) : throwError(() => error),
      ),
    );
  }

  /** As {@link take}, whatever comes of it. */
  attempt(command: Command, options?: StepOptions): Observable<never> {
    return this.take(command, options).pipe(ignoreElements());
  }

  /** Emits whether the firmware knows a query. */
  knows(query: Command): Observable<boolean> {
    return this.take(query, { refusals: 2 });
  }

  /** Emits the lines of an answer, none where the firmware does not know the query. */
  ask(query: Command): Observable<readonly string[]> {
    return this.need(query).pipe(ifRefused(of([])));
  }

  private once(command: Command): Observable<readonly string[]> {
    const { frames$ } = this.wire;
    return defer(() => {
      let isUnchanged = false;
      const answer$ = sayUntil(this.wire, command, frames$.pipe(answer(command)));
      const signs$ = frames$.pipe(
        tap((frame) => (isUnchanged ||= frame.kind === 'line' && frame.text === 'no change')),
        filter(({ kind }) => kind === 'busy'),
        map(() => undefined),
      );
      return merge(signs$, answer$).pipe(
        timeout({ each: patience, scheduler: this.wire.clock }),
        filter((lines) => lines !== undefined),
        take(1),
        // AT 0.x says so of what is set already, and no OK behind it; AT 1.x says both.
        catchError((error: unknown) =>
          isUnchanged && error instanceof TimeoutError ? of([]) : throwError(() => error),
        ),
      );
    });
  }

  /** What is owed comes in front of an answer that names its question. */
  private inStep(): Observable<never> {
    return askLinkMode(this.wire).pipe(ignoreElements());
  }
}
