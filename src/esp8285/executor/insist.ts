import {
  defer,
  filter,
  map,
  merge,
  type Observable,
  of,
  retry,
  startWith,
  switchMap,
  take,
  throwError,
  timeout,
  timer,
} from 'rxjs';

import type { Command } from '../commands/command';
import { Refusal } from './answer';
import { sayUntil } from './exchange';
import type { Wire } from './wire';

/** Milliseconds before the command is repeated to a modem that has refused it. */
const refusalPause = 100;
/** Milliseconds without a further answer after which no more answers are expected. */
const answerGrace = 200;

export interface InsistOptions {
  /** Milliseconds of silence after which the command is repeated: more than the longest pause of a busy modem. */
  readonly patience: number;
  /** How often the command is said to a silent modem. */
  readonly tries: number;
  /** How often it is said to a modem that refuses it. Default: `tries`. */
  readonly refusals?: number;
  /** More answers may come than commands were said here. */
  readonly owesMore?: boolean;
  /** Whether the modem is asked at the speed of the line only. Default: at all speeds that it may have. */
  readonly keepsSpeed?: boolean;
}

/**
 * Says a command and emits its answer. Errors with a `TimeoutError` when the modem is silent for `patience`
 * milliseconds. It waits for a modem as long as that says `busy`.
 */
export function sayPatiently<T>(wire: Wire, command: Command, answer$: Observable<T>, patience: number): Observable<T> {
  const busy$ = wire.frames$.pipe(
    filter(({ kind }) => kind === 'busy'),
    map(() => undefined),
  );
  return merge(busy$, sayUntil(wire, command, answer$)).pipe(
    timeout({ each: patience, scheduler: wire.clock }),
    filter((answered) => answered !== undefined),
    take(1),
  );
}

/**
 * Repeats a command whose answer may be lost, until an answer comes. Errors with the error of the last try: a
 * `TimeoutError` after silence.
 *
 * A modem that was only slow answers each repetition, so it waits for all these answers. A silent modem may have another
 * speed than the line; see {@link LineSpeed.atAny}.
 */
export function insist<T>(
  wire: Wire,
  command: Command,
  answer$: Observable<T>,
  { patience, tries, refusals = tries, owesMore = false, keepsSpeed = false }: InsistOptions,
): Observable<T> {
  return defer(() => {
    let asked = 0;
    let refused = 0;
    return defer(() => {
      asked++;
      const say = (milliseconds: number) => sayPatiently(wire, command, answer$, milliseconds);
      return keepsSpeed ? say(patience) : wire.speed.atAny(patience, say);
    }).pipe(
      retry({
        delay: (error: unknown) => {
          const isRefused = error instanceof Refusal;
          if (isRefused ? ++refused >= refusals : asked - refused >= tries) return throwError(() => error);
          // The modem may still refuse earlier lines, one by one.
          return isRefused ? timer(refusalPause, wire.clock) : of(true);
        },
      }),
      switchMap((answered) => (asked === 1 && !owesMore ? of(answered) : settled(wire).pipe(map(() => answered)))),
    );
  });
}

function settled(wire: Wire): Observable<unknown> {
  return wire.frames$.pipe(
    filter(({ kind }) => kind === 'final' || kind === 'line'),
    startWith(undefined),
    switchMap(() => timer(answerGrace, wire.clock)),
    take(1),
  );
}
