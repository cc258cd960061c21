import {
  catchError,
  concat,
  defer,
  EMPTY,
  endWith,
  exhaustMap,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  retry,
  take,
  throwError,
  timer,
} from 'rxjs';

import type { Command } from '../commands/command';
import { answer, ifRefused } from './answer';
import { AnswerLost } from './unanswered';
import { whileAtWork, type WhileAtWorkOptions } from './whileAtWork';
import type { Wire } from './wire';

/** A command and all that belongs to it, from its first byte to its final result. */
export interface Exchange<T> {
  /** For messages, without secrets: `'AT+CIPSEND=4,100'`. */
  readonly shown: string;
  /** Milliseconds that the modem may take. */
  readonly deadline: number;
  /** It has its own way with a busy modem, and the deadline holds for that too. */
  readonly countsBusy?: boolean;
  /** Cold. Emits the outcome and completes when the modem is free for the next command. */
  readonly converse: (wire: Wire) => Observable<T>;
}

/** Milliseconds that a modem may take over what it does by itself, without a network or a peer. */
export const usualDeadline = 5_000;
/** Milliseconds of one byte on the slowest line, 2400 baud. */
export const slowestByte = 4.2;
/** Milliseconds before a command that met a busy modem is said again: the first time, and at most. */
const firstPause = 50;
const longestPause = 1000;

class BusyError extends Error {}

/**
 * The exchange of a command that has an answer and nothing more. Emits the answer's lines.
 *
 * @param say How it is said: one that may not be said twice by {@link askOnce}.
 */
export function simpleExchange(command: Command, deadline = usualDeadline, say = ask): Exchange<readonly string[]> {
  return {
    shown: command.shown,
    deadline,
    converse: (wire) => say(wire, command),
  };
}

/** The exchange of commands that belong together, one after the other; the first refusal ends it. Emits at the end. */
export function sequence(commands: readonly Command[], deadline = usualDeadline): Exchange<void> {
  return {
    shown: commands.map(({ shown }) => shown).join(', '),
    deadline,
    converse: (wire) =>
      concat(...commands.map((command) => ask(wire, command))).pipe(ignoreElements(), endWith(undefined)),
  };
}

/**
 * Says a command that does no harm when it is said twice, and emits the lines of its answer; says it again while the modem
 * is busy, and once when the end of its answer is lost.
 */
export function ask(wire: Wire, command: Command): Observable<readonly string[]> {
  return askOnce(wire, command).pipe(
    retry({
      count: 1,
      delay: (error: unknown) => (error instanceof AnswerLost ? of(true) : throwError(() => error)),
    }),
  );
}

/** The same for one that may do harm: where the end of its answer is lost, that is told by an {@link AnswerLost}. */
export function askOnce(
  wire: Wire,
  command: Command,
  options?: () => WhileAtWorkOptions,
): Observable<readonly string[]> {
  return sayUntil(wire, command, wire.frames$.pipe(answer(command))).pipe(whileAtWork(wire, command, options));
}

/**
 * The same for a question that the modem takes long over: what it has said of it by then is its answer, for it has said
 * all that it had to say.
 */
export function askAtLength(wire: Wire, command: Command): Observable<readonly string[]> {
  return askOnce(wire, command).pipe(
    catchError((error: unknown) =>
      error instanceof AnswerLost && error.lines.some((line) => line.startsWith('+'))
        ? of(error.lines)
        : throwError(() => error),
    ),
  );
}

/** Says a command that may be refused: where there is nothing to do, or where the firmware does not know it. */
export function tryTo(wire: Wire, command: Command): Observable<never> {
  return ask(wire, command).pipe(ifRefused(EMPTY), ignoreElements());
}

/**
 * Says a command, once its answer is listened for, and says it again after a growing pause when the modem is busy: it
 * has dropped the line then.
 */
export function sayUntil<T>(wire: Wire, command: Command, answer$: Observable<T>): Observable<T> {
  return defer(() => {
    let pause = firstPause / 2;
    // A line that was called busy may be answered all the same (seen on ESP-AT 3): the answer is listened for on.
    const busy$ = wire.frames$.pipe(
      filter(({ kind }) => kind === 'busy'),
      exhaustMap(() => timer((pause = Math.min(2 * pause, longestPause)), wire.clock)),
      map(() => {
        throw new BusyError();
      }),
    );
    return merge(answer$, busy$, wire.say(command)).pipe(
      take(1),
      retry({ delay: (error: unknown) => (error instanceof BusyError ? of(true) : throwError(() => error)) }),
    );
  });
}
