import {
  catchError,
  concat,
  debounceTime,
  defer,
  dematerialize,
  EMPTY,
  filter,
  ignoreElements,
  map,
  materialize,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  repeat,
  retry,
  share,
  startWith,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
  TimeoutError,
  timer,
} from 'rxjs';

import { isPart } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Frame } from '../grammar/frame';
import type { ProbeAnswer } from './livenessProbe';
import { AnswerLost, Unanswered } from './unanswered';
import type { Wire } from './wire';

/** The modem is probed after this many milliseconds without a sign of the answer. */
export const quiet = 2_500;
/** Milliseconds that the modem may take for a probe, and how many probes a silent modem gets. */
const usualPatience = 2_000;
const usualTries = 3;
/** An answer counts as complete after this many milliseconds without a byte. */
const lull = 500;

export interface ProbeOptions {
  /** Milliseconds without a sign of the answer before a probe. Default: {@link quiet}. */
  readonly quiet?: number;
  /** Milliseconds that the modem may take for a probe. Default: 2000. */
  readonly patience?: number;
  /** How many probes a silent modem gets. Default: 3. */
  readonly tries?: number;
  /** The most bytes of the command's answer. No probe is sent while these may still come. Default: 0. */
  readonly longest?: number;
  /** Called each time the modem says that it is busy. */
  readonly stillBusy?: () => void;
}

/** The modem has started again, and its `ready` was not heard. */
export class StartedUnnoticed extends Error {
  override readonly name = 'StartedUnnoticed';
}

/**
 * Waits for the end of a conversation as long as the modem works on it. The line that ends the conversation may be
 * lost, or come in unknown words. So the modem is probed with a harmless query when nothing has come for a while. A
 * modem that is still working says `busy`. A modem that answers has finished, and everything else that it had to say
 * has come before.
 *
 * Unsolicited messages are not a sign of the answer: data, `CONNECT` and `CLOSED`, and lines.
 *
 * @param options Called before each probe.
 *
 * Errors: {@link AnswerLost} when the modem has finished, {@link Unanswered} when it is silent,
 * {@link StartedUnnoticed}.
 */
export function probeWhenQuiet<T>(
  wire: Wire,
  command: Command,
  options: () => ProbeOptions = () => ({}),
): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    defer(() => {
      const begun = wire.clock.now();
      const lines: string[] = [];
      const took = () => wire.clock.now() - begun;
      const signs$ = wire.frames$.pipe(
        tap((frame) => {
          if ('text' in frame && isPart(frame.text, command)) lines.push(frame.text);
        }),
        filter((frame) => isSign(frame, command)),
      );
      let came = 0;
      let cameAt = -Infinity;
      const bytes$ = wire.received$.pipe(
        filter(({ length }) => (came += length) <= (options().longest ?? 0)),
        tap(() => (cameAt = wire.clock.now())),
        share(),
      );
      const lulled$ = bytes$.pipe(startWith(undefined), debounceTime(lull, wire.clock), take(1), ignoreElements());
      const probing$ = concat(
        defer(() => timer(options().quiet ?? quiet, wire.clock)).pipe(ignoreElements()),
        defer(() => (wire.clock.now() - cameAt < lull ? lulled$ : EMPTY)),
        defer(() => probe(wire, options())),
      ).pipe(
        map((said) => {
          if (said === 'started' && wire.isSetUp) throw new StartedUnnoticed('the modem has started again unnoticed');
          if (said !== 'busy') throw new AnswerLost(command.shown, lines, took());
          options().stillBusy?.();
        }),
        ignoreElements(),
        repeat(),
        catchError((error: unknown) =>
          throwError(() => (error instanceof TimeoutError ? new Unanswered(command.shown, took()) : error)),
        ),
      );
      const watching$ = merge(signs$, wire.said$).pipe(
        startWith(undefined),
        switchMap(() => probing$),
      );
      // Subscribed to before the conversation, because a fast modem answers inside `write`.
      return merge(bytes$.pipe(ignoreElements()), watching$, conversation$.pipe(materialize())).pipe(dematerialize());
    });
}

function probe(wire: Wire, { patience = usualPatience, tries = usualTries }: ProbeOptions): Observable<ProbeAnswer> {
  return defer(() => wire.sendProbe(common.askMultipleLinks)).pipe(
    timeout({ first: patience, scheduler: wire.clock }),
    retry({
      count: tries - 1,
      delay: (error: unknown) => (error instanceof TimeoutError ? of(true) : throwError(() => error)),
    }),
  );
}

/** Whether only a command can have caused a frame. */
function isSign({ kind }: Frame, { shown }: Command): boolean {
  if (kind === 'wifi') return shown.startsWith('AT+CWJAP');
  return kind === 'final' || kind === 'busy' || kind === 'prompt' || kind === 'taken' || kind === 'sent';
}
