import { concatMap, map, type Observable, of } from 'rxjs';

import { common, probes } from '../commands/catalogue';
import { type Dialect, dialectOf, isCertain } from '../commands/dialect';
import { ifRefused } from '../executor/answer';
import { insistence, type Steps } from './steps';
import { unusableFirmware } from './unusableFirmware';

/**
 * Asks for the firmware's version, and emits the dialect. If the version cannot be read, the commands that the modem
 * knows decide.
 */
export function findDialect(steps: Steps): Observable<Dialect> {
  return steps.ask(common.version).pipe(
    // A line that was damaged is different the second time. A line of another maker is the same.
    concatMap((lines) => (isCertain(lines) ? of(lines) : steps.ask(common.version))),
    concatMap((lines) => (isCertain(lines) ? of(dialectOf(lines)) : identify(steps, dialectOf(lines).version))),
  );
}

/**
 * Identifies the firmware by the commands that the modem knows. Errors with `EOPNOTSUPP` when it knows none of them.
 *
 * @param said The version that the modem has given, as far as it could be read.
 */
export function identify(steps: Steps, said: string): Observable<Dialect> {
  steps.wire.note(`the modem's version cannot be read (${said}); its commands tell what it is`);
  return steps.knows(probes.volatileMode).pipe(
    concatMap((isNonos) => {
      if (isNonos) return nonos(steps, said);
      return steps
        .knows(probes.store)
        .pipe(concatMap((isEspAt) => (isEspAt ? espAt(steps, said) : oldFirmware(steps, said))));
    }),
  );
}

function nonos(steps: Steps, said: string): Observable<Dialect> {
  return steps.knows(probes.receiveMode).pipe(
    concatMap((passiveReceive) =>
      (passiveReceive ? of(true) : steps.knows(probes.nameServers)).pipe(
        map((namesAndClock) =>
          dialect(said, {
            generation: 'nonos',
            volatileSuffix: '_CUR',
            passiveReceive,
            // AT 1.3 has a send buffer, too, and is not told apart from older ones.
            sendBuffer: namesAndClock,
            namesAndClock,
          }),
        ),
      ),
    ),
  );
}

function espAt(steps: Steps, said: string): Observable<Dialect> {
  return steps.knows(probes.receiveMode).pipe(
    map((passiveReceive) =>
      dialect(said, {
        generation: 'esp-at',
        volatileSuffix: '',
        passiveReceive,
        sendBuffer: false,
        namesAndClock: true,
      }),
    ),
  );
}

/** ESP-AT 2.0 or AT 0.x. All later firmware has commands that these two lack. */
function oldFirmware(steps: Steps, said: string): Observable<Dialect> {
  return steps.knows(probes.memory).pipe(
    concatMap((isEspAt) => {
      if (isEspAt) return espAt(steps, said);
      return steps.knows(probes.mode).pipe(
        map((isAt) => {
          if (!isAt) return undefined;
          return dialect(said, {
            generation: 'nonos',
            volatileSuffix: '',
            passiveReceive: false,
            sendBuffer: false,
            namesAndClock: false,
          });
        }),
        concatMap((found) => (found ? of(found) : insist(steps, said))),
      );
    }),
  );
}

/** All that was asked was refused. A line that damages much has done that, if the modem gives its version after all. */
function insist(steps: Steps, said: string): Observable<Dialect> {
  return steps.need(common.version, { refusals: insistence }).pipe(
    ifRefused(of([])),
    map((lines) => {
      if (!isCertain(lines)) throw unusableFirmware(said);
      return dialectOf(lines);
    }),
  );
}

/** The version that the modem has given counts, unless its commands contradict it. */
function dialect(said: string, found: Omit<Dialect, 'version'>): Dialect {
  const { generation, volatileSuffix } = dialectOf([`AT version:${said}`]);
  const fits = generation === found.generation && volatileSuffix === found.volatileSuffix;
  return { ...found, version: fits ? said : 'unknown' };
}
