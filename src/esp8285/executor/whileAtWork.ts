import {
  catchError,
  concat,
  debounceTime,
  defer,
  dematerialize,
  EMPTY,
  filter,
  first,
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

import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Frame } from '../grammar/frame';
import { isPart } from '../commands/answerLines';
import type { Inquired } from './inquiry';
import { AnswerLost, Unanswered } from './unanswered';
import type { Wire } from './wire';

/** Milliseconds without a sign of the answer after which the modem is asked whether it is still at it. */
export const quiet = 2_500;
/** Milliseconds that it may take over that question, and how often it is put to a silent modem. */
const usualPatience = 2_000;
const usualTries = 3;
/** Milliseconds without a byte after which an answer does not go on. */
const lull = 500;

export interface WhileAtWorkOptions {
  /** Milliseconds without a sign after which the question is put. Default: {@link quiet}. */
  readonly quiet?: number;
  /** Milliseconds that the modem may take over the question. Default: 2000. */
  readonly patience?: number;
  /** How often it is put to a silent modem. Default: 3. */
  readonly tries?: number;
  /** Most bytes of the command's answer: as long as so many come, the question would fall in the middle. Default: 0. */
  readonly longest?: number;
  /** Called each time the modem says that it is still at it. */
  readonly atWork?: () => void;
}

/** The modem has started again, and its `ready` was not heard. */
export class StartedUnnoticed extends Error {
  override readonly name = 'StartedUnnoticed';
}

/**
 * Waits for the end of a conversation as long as the modem is at work on it. The line that ends it may be lost, or come in
 * words that nobody knows: so when nothing has come of it for a while, the modem is asked something harmless. One that is
 * at work says `busy`; one that answers is done, and has said before whatever it had to say.
 *
 * What comes unasked is no sign of the answer: data, ends and beginnings of links, and lines.
 *
 * @param options Looked at each time.
 *
 * Errors: {@link AnswerLost} when the modem is done, {@link Unanswered} when it is silent, {@link StartedUnnoticed}.
 */
export function whileAtWork<T>(
  wire: Wire,
  command: Command,
  options: () => WhileAtWorkOptions = () => ({}),
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
      const inquiring$ = concat(
        defer(() => timer(options().quiet ?? quiet, wire.clock)).pipe(ignoreElements()),
        defer(() => (wire.clock.now() - cameAt < lull ? lulled$ : EMPTY)),
        defer(() => atWork(wire, options())),
      ).pipe(
        map((inquired) => {
          if (inquired === 'started' && wire.isSetUp)
            throw new StartedUnnoticed('the modem has started again unnoticed');
          if (inquired !== 'busy') throw new AnswerLost(command.shown, lines, took());
          options().atWork?.();
        }),
        ignoreElements(),
        repeat(),
        catchError((error: unknown) =>
          throwError(() => (error instanceof TimeoutError ? new Unanswered(command.shown, took()) : error)),
        ),
      );
      const watching$ = merge(signs$, wire.said$).pipe(
        startWith(undefined),
        switchMap(() => inquiring$),
      );
      // Before the conversation, for a fast modem answers inside `write`.
      return merge(bytes$.pipe(ignoreElements()), watching$, conversation$.pipe(materialize())).pipe(dematerialize());
    });
}

/** What is known early is told early; the conversation goes on to its end, which has nothing to add. */
export function certainAtOnce<T>(certain$: Observable<T>): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    defer(() => {
      let isCertain = false;
      const early$ = certain$.pipe(
        first(),
        tap(() => (isCertain = true)),
        materialize(),
        filter(({ kind }) => kind === 'N'),
      );
      const late$ = conversation$.pipe(
        filter(() => !isCertain),
        catchError((error: unknown) => (isCertain && error instanceof AnswerLost ? EMPTY : throwError(() => error))),
        materialize(),
      );
      return merge(early$, late$).pipe(dematerialize());
    });
}

function atWork(
  wire: Wire,
  { patience = usualPatience, tries = usualTries }: WhileAtWorkOptions,
): Observable<Inquired> {
  return defer(() => wire.inquire(common.askMultipleLinks)).pipe(
    timeout({ first: patience, scheduler: wire.clock }),
    retry({
      count: tries - 1,
      delay: (error: unknown) => (error instanceof TimeoutError ? of(true) : throwError(() => error)),
    }),
  );
}

/** What comes of a command and of nothing else. */
function isSign({ kind }: Frame, { shown }: Command): boolean {
  if (kind === 'wifi') return shown.startsWith('AT+CWJAP');
  return kind === 'final' || kind === 'busy' || kind === 'prompt' || kind === 'taken' || kind === 'sent';
}
