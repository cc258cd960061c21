import {
  catchError,
  concat,
  concatMap,
  defer,
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
import { askLinkMode } from '../executor/resynchronise';
import { Unanswered } from '../executor/unanswered';
import type { Wire } from '../executor/wire';

/** Milliseconds without an answer after which a step is said again: the modem does what needs no network in one second. */
const patience = 2_500;

export interface StepOptions {
  /** How often it is said to a modem that does not answer it. Default: 3. */
  readonly tries?: number;
  /** How often it is said to a modem that refuses it: a command that is damaged on its way is refused. Default: 2. */
  readonly refusals?: number;
}

/**
 * The conversation of the set-up. Each step is harmless to say twice, so one that is not answered is said again. Later
 * commands may do harm: when one of those stays quiet, the modem is asked first whether it is at work, see `probeWhenQuiet`.
 */
export class Steps {
  constructor(readonly wire: Wire) {}

  /**
   * Says a command that the driver cannot do without, and emits the lines of its answer. Says it again when the line has lost
   * or damaged the command or its answer. Errors with the last `Refusal`, or with `Unanswered`.
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
            // What the modem has begun to say would be taken for the beginning of the next answer.
            return concat(this.wire.discardUnfinished(), ++silences < tries ? of(true) : unanswered$);
          },
        }),
        // A modem that was only slow answers as often as it was asked.
        concatMap((lines) => (silences === 0 ? of(lines) : this.inStep().pipe(endWith(lines)))),
      );
    });
  }

  /** Says what may be refused: there may be nothing to do, or the firmware may not know it. Emits whether it was accepted. */
  accepts(command: Command, options: StepOptions = {}): Observable<boolean> {
    return this.need(command, { tries: 2, refusals: 1, ...options }).pipe(
      map(() => true),
      ifRefused(of(false)),
      // The modem does not answer this one, but it answers others.
      catchError((error: unknown) =>
        error instanceof Unanswered ? this.inStep().pipe(endWith(false)) : throwError(() => error),
      ),
    );
  }

  /** The same, whether it is accepted or not. */
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

  private once(command: Command): Observable<readonly string[]> {
    const { frames$ } = this.wire;
    return defer(() => {
      let isUnchanged = false;
      const unchanged$ = frames$.pipe(
        tap((frame) => (isUnchanged ||= frame.kind === 'line' && frame.text === 'no change')),
        ignoreElements(),
      );
      const answer$ = merge(unchanged$, frames$.pipe(answer(command)));
      return sayPatiently(this.wire, command, answer$, patience).pipe(
        // When nothing changes, AT 0.x says only that, and AT 1.x says `OK` as well.
        catchError((error: unknown) =>
          isUnchanged && error instanceof TimeoutError ? of([]) : throwError(() => error),
        ),
      );
    });
  }

  /** Late answers come before the answer to a query that names itself. */
  private inStep(): Observable<never> {
    return askLinkMode(this.wire).pipe(ignoreElements());
  }
}
