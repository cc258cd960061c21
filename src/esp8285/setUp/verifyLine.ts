import {
  catchError,
  concat,
  concatMap,
  every,
  first,
  ignoreElements,
  map,
  type Observable,
  of,
  range,
  reduce,
  scan,
  takeWhile,
  throwError,
  TimeoutError,
} from 'rxjs';

import { common } from '../commands/catalogue';
import { type Command, command } from '../commands/command';
import { answer, ifRefused } from '../executor/answer';
import { sayPatiently } from '../executor/insist';
import type { Wire } from '../executor/wire';

/** Milliseconds that the modem may take for a command of the check. Most of it is for a line over a network. */
const patience = 400;
/** How many exchanges a good line has to carry without a fault. */
const enough = 20;
/**
 * How many exchanges show how bad a line is. If these are good after all, a message may have come between, and twice as
 * many as before have to be good.
 */
const sample = 6;

/** How a line carries what is said: without a fault, more often than not, or hardly ever. */
export type Quality = 'good' | 'damaging' | 'useless';

/**
 * A command that no firmware knows. With its echo on, a modem says it back before it refuses it. The bits of these
 * letters alternate in many ways.
 */
const longLine: Command = {
  ...command(`AT+${'U3fZx5jL'.repeat(15)}`),
  shown: 'AT+… (123 bytes, to check the line)',
};

/**
 * Checks whether both directions of the line carry what is said, byte for byte: a long line to the modem, which says it
 * back, and the modem's version, which is known. That is about 3 kB in 0.2 s, so a line that damages one byte in a
 * thousand does not pass. It leaves the echo on.
 *
 * @param version The lines of the answer to `AT+GMR` as they came at another speed.
 */
export function verifyLine(wire: Wire, version: readonly string[]): Observable<Quality> {
  const echoOn$ = sayOnce(wire, common.echoOn).pipe(map((answered) => answered === 'accepted'));
  const exchange = (index: number) => (index % 2 === 0 ? echoes(wire) : shows(wire, version));
  const exchanges = (times: number) => range(0, times).pipe(concatMap(exchange));
  const areAllGood = (times: number) => concat(echoOn$, exchanges(times)).pipe(every(Boolean));
  const sampled$ = concat(echoOn$.pipe(ignoreElements()), exchanges(sample)).pipe(
    scan(({ good, bad }, isGood) => (isGood ? { good: good + 1, bad } : { good, bad: bad + 1 }), { good: 0, bad: 0 }),
    // Each bad one takes long, so no more are made when the rest cannot change the result.
    // The one that has led here was bad, too.
    first(({ good, bad }) => good + bad === sample || 2 * (bad + 1) > sample || (bad > 0 && 2 * good >= sample)),
  );
  const judged$ = sampled$.pipe(
    concatMap(({ good, bad }): Observable<Quality> => {
      if (bad > 0) return of(2 * good >= sample ? 'damaging' : 'useless');
      return areAllGood(2 * enough).pipe(map((isGood) => (isGood ? 'good' : 'damaging')));
    }),
  );
  return areAllGood(enough).pipe(concatMap((isGood) => (isGood ? of<Quality>('good') : judged$)));
}

/** How the modem has answered a command. */
export type Answered = 'accepted' | 'refused' | 'not at all';

/** Says a command once, and emits how the modem answers it. */
export function sayOnce(wire: Wire, asked: Command): Observable<Answered> {
  const answered$ = wire.frames$.pipe(
    answer(asked),
    map((): Answered => 'accepted'),
  );
  return orElse(wire, sayPatiently(wire, asked, answered$, patience), 'not at all').pipe(ifRefused(of('refused')));
}

/** Says `AT` once, and emits whether the modem answers anything that makes sense. */
export function responds(wire: Wire): Observable<boolean> {
  return sayOnce(wire, common.test).pipe(map((answered) => answered !== 'not at all'));
}

function echoes(wire: Wire): Observable<boolean> {
  const echo$ = wire.frames$.pipe(
    takeWhile(({ kind }) => kind !== 'final', true),
    reduce((isEchoed, frame) => isEchoed || ('text' in frame && frame.text === longLine.line), false),
  );
  return orElse(wire, sayPatiently(wire, longLine, echo$, patience), false);
}

function shows(wire: Wire, version: readonly string[]): Observable<boolean> {
  const isShown$ = wire.frames$.pipe(
    answer(common.version),
    // The echo of the command stands before its answer.
    map((lines) => version.every((line) => lines.includes(line))),
  );
  return orElse(wire, sayPatiently(wire, common.version, isShown$, patience), false).pipe(ifRefused(of(false)));
}

/** After silence, the rest of an answer must not be taken for the beginning of the next one. */
function orElse<T>(wire: Wire, answer$: Observable<T>, silent: T): Observable<T> {
  return answer$.pipe(
    catchError((error: unknown) =>
      error instanceof TimeoutError ? concat(wire.discardUnfinished(), of(silent)) : throwError(() => error),
    ),
  );
}
