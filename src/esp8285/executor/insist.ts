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
  timeout,
  timer,
} from 'rxjs';

import type { Command } from '../commands/command';
import { Refusal } from './answer';
import { sayUntil } from './exchange';
import type { Wire } from './wire';

/** Milliseconds before it is said again to a modem that has refused it. */
const refusalPause = 100;
/** Milliseconds without a further answer after which none is owed any more. */
const settlement = 200;

export interface InsistOptions {
  /** Milliseconds of silence after which the command is said again: more than the longest pause of a busy modem. */
  readonly patience: number;
  /** How often it is said to a silent modem. */
  readonly tries: number;
  /** The modem may owe more answers than that. */
  readonly owesMore?: boolean;
}

/**
 * Says a command and emits its answer. Errors with a `TimeoutError` when the modem is silent for so many milliseconds; one
 * that says `busy` is alive, and is waited for as long as it says so.
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
 * Says a command whose answer may be swallowed, until it is answered. Errors with what the last try ended in, a
 * `TimeoutError` when that was silence.
 *
 * A modem that was only slow answers as often as it was asked: these answers are waited for too.
 */
export function insist<T>(
  wire: Wire,
  command: Command,
  answer$: Observable<T>,
  { patience, tries, owesMore = false }: InsistOptions,
): Observable<T> {
  return defer(() => {
    let asked = 0;
    return defer(() => {
      asked++;
      return sayPatiently(wire, command, answer$, patience);
    }).pipe(
      // Lines from before may still be refused, each for itself.
      retry({
        count: tries - 1,
        delay: (error: unknown) => (error instanceof Refusal ? timer(refusalPause, wire.clock) : of(true)),
      }),
      switchMap((answered) => (asked === 1 && !owesMore ? of(answered) : settled(wire).pipe(map(() => answered)))),
    );
  });
}

function settled(wire: Wire): Observable<unknown> {
  return wire.frames$.pipe(
    filter(({ kind }) => kind === 'final' || kind === 'line'),
    startWith(undefined),
    switchMap(() => timer(settlement, wire.clock)),
    take(1),
  );
}
