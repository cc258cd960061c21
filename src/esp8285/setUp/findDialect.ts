import { concatMap, map, type Observable, of } from 'rxjs';

import { common, questions } from '../commands/catalogue';
import { type Dialect, dialectOf, isCertain } from '../commands/dialect';
import type { Steps } from './steps';
import { unusable } from './unusable';

/** Asks for the firmware's version, and emits what is known of it. Where it cannot be read, its commands tell. */
export function findDialect(steps: Steps): Observable<Dialect> {
  return steps.ask(common.version).pipe(
    // Another maker's words are the same the second time; a line that was damaged is not.
    concatMap((lines) => (isCertain(lines) ? of(lines) : steps.ask(common.version))),
    concatMap((lines) => (isCertain(lines) ? of(dialectOf(lines)) : probe(steps, dialectOf(lines).version))),
  );
}

/**
 * Finds out by the commands that the modem knows what its firmware is. Errors with `EOPNOTSUPP` when it knows none of them.
 *
 * @param said The version that the modem has told, as far as it could be read.
 */
export function probe(steps: Steps, said: string): Observable<Dialect> {
  steps.wire.note(`the modem's version cannot be read (${said}); its commands tell what it is`);
  return steps.knows(questions.volatileMode).pipe(
    concatMap((isNonos) => {
      if (isNonos) return nonos(steps, said);
      return steps
        .knows(questions.store)
        .pipe(concatMap((isEspAt) => (isEspAt ? espAt(steps, said) : oldest(steps, said))));
    }),
  );
}

function nonos(steps: Steps, said: string): Observable<Dialect> {
  return steps
    .knows(questions.receiveMode)
    .pipe(
      concatMap((passiveReceive) =>
        (passiveReceive ? of(true) : steps.knows(questions.nameServers)).pipe(
          map((namesAndClock) =>
            dialect(said, { generation: 'nonos', volatileSuffix: '_CUR', passiveReceive, namesAndClock }),
          ),
        ),
      ),
    );
}

function espAt(steps: Steps, said: string): Observable<Dialect> {
  return steps
    .knows(questions.receiveMode)
    .pipe(
      map((passiveReceive) =>
        dialect(said, { generation: 'esp-at', volatileSuffix: '', passiveReceive, namesAndClock: true }),
      ),
    );
}

/** ESP-AT 2.0 and AT 0.x have in common what they lack. */
function oldest(steps: Steps, said: string): Observable<Dialect> {
  return steps.knows(questions.memory).pipe(
    concatMap((isEspAt) => {
      if (isEspAt) return espAt(steps, said);
      return steps.knows(questions.mode).pipe(
        map((isAt) => {
          if (!isAt) throw unusable(said);
          return dialect(said, {
            generation: 'nonos',
            volatileSuffix: '',
            passiveReceive: false,
            namesAndClock: false,
          });
        }),
      );
    }),
  );
}

/** What the modem has said of its version counts where its commands do not contradict it. */
function dialect(said: string, found: Omit<Dialect, 'version'>): Dialect {
  const { generation, volatileSuffix } = dialectOf([`AT version:${said}`]);
  const fits = generation === found.generation && volatileSuffix === found.volatileSuffix;
  return { ...found, version: fits ? said : 'unknown' };
}
