import { catchError, concat, EMPTY, endWith, ignoreElements, Observable, of, Subscription, throwError } from 'rxjs';

import type { Command } from '../commands/command';
import type { Frame } from '../grammar/frame';
import { answer, ifRefused } from './answer';
import { probeWhenQuiet, type ProbeOptions } from './probeWhenQuiet';
import { retryLost } from './retryLost';
import { AnswerLost } from './unanswered';
import type { Wire } from './wire';

/** A command and all that belongs to it, from its first byte to its final result. */
export interface Exchange<T> {
  /** For messages, without secrets: `'AT+CIPSEND=4,100'`. */
  readonly shown: string;
  /** Milliseconds that the modem may take. */
  readonly deadline: number;
  /** The time in which the modem is busy counts for the deadline. Default: it does not. */
  readonly countsBusy?: boolean;
  /**
   * Called in its turn. The result is subscribed to at once; it emits the outcome, and completes when the modem is free for
   * the next command.
   */
  readonly converse: (wire: Wire) => Observable<T>;
}

/** Milliseconds that a modem may take for a command that needs neither the network nor a peer. */
export const usualDeadline = 5_000;
/** Milliseconds for one byte on the slowest line, 2400 baud. */
export const slowestByte = 4.2;
/** Milliseconds before a command is repeated to a busy modem: the first pause, and the longest. */
const firstPause = 50;
const longestPause = 1000;

/**
 * The exchange of a command that has an answer and nothing more. Emits the answer's lines.
 *
 * @param say How the command is said: {@link askOnce} for a command that must not be repeated.
 */
export function simpleExchange(command: Command, deadline = usualDeadline, say = ask): Exchange<readonly string[]> {
  return {
    shown: command.shown,
    deadline,
    converse: (wire) => say(wire, command),
  };
}

/** The exchange of commands that belong together, one after the other. The first refusal ends it. Emits at the end. */
export function sequence(commands: readonly Command[], deadline = usualDeadline): Exchange<void> {
  return {
    shown: commands.map(({ shown }) => shown).join(', '),
    deadline,
    converse: (wire) =>
      concat(...commands.map((command) => ask(wire, command))).pipe(ignoreElements(), endWith(undefined)),
  };
}

/**
 * Says a command that does no harm when it is repeated, and emits the lines of its answer. It is repeated while the modem
 * is busy, and once when the end of its answer is lost.
 */
export function ask(wire: Wire, command: Command): Observable<readonly string[]> {
  return askOnce(wire, command).pipe(retryLost());
}

/**
 * The same for a command that may do harm when it is repeated. Errors with {@link AnswerLost} when the end of its
 * answer is lost.
 */
export function askOnce(wire: Wire, command: Command, options?: () => ProbeOptions): Observable<readonly string[]> {
  return sayUntil(wire, command, wire.frames$.pipe(answer(command))).pipe(probeWhenQuiet(wire, command, options));
}

/**
 * The same for a query that takes the modem long. If the end of its answer is lost, the lines that have come are the
 * answer, because by then the modem has said all that it had to say.
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

/** Says a command that may be refused, because there is nothing to do or because the firmware does not know it. */
export function tryTo(wire: Wire, command: Command): Observable<never> {
  return ask(wire, command).pipe(ifRefused(EMPTY), ignoreElements());
}

/**
 * Says a command after subscribing to its answer. When the modem says `busy` it has dropped the command, which is then
 * repeated after a growing pause.
 *
 *     modem            ----busy-----------answer--
 *     said             AT+A-----AT+A--------------
 *     sayUntil         -------------------(answer|)
 */
export function sayUntil<T>(wire: Wire, command: Command, answer$: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    let pause = firstPause / 2;
    let attempt: Subscription | undefined;
    let isPausing = false;
    const error = (cause: unknown): void => subscriber.error(cause);
    const answered = (value: T): void => {
      subscriber.next(value);
      subscriber.complete();
    };
    const say = (): void => {
      isPausing = false;
      if (attempt) wire.repeated();
      attempt?.unsubscribe();
      attempt = new Subscription();
      attempt.add(answer$.subscribe({ next: answered, error }));
      // A fast modem answers inside `write`.
      if (!subscriber.closed) attempt.add(wire.say(command).subscribe({ error }));
    };
    // The modem may still answer a command after it has said `busy` (seen on ESP-AT 3), so the answer counts.
    const busy = ({ kind }: Frame): void => {
      if (kind !== 'busy' || isPausing) return;
      isPausing = true;
      pause = Math.min(2 * pause, longestPause);
      subscriber.add(wire.clock.schedule(say, pause));
    };
    subscriber.add(() => attempt?.unsubscribe());
    subscriber.add(wire.frames$.subscribe({ next: busy, error }));
    if (!subscriber.closed) say();
  });
}
