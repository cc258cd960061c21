import { catchError, concat, concatMap, ignoreElements, map, type Observable, of, throwError } from 'rxjs';

import { attention } from './wake';
import { catalogueOf, common } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import type { Exchange } from '../executor/exchange';
import { askLinkMode } from '../executor/resynchronise';
import { Steps } from './steps';
import { findDialect, probe } from './findDialect';
import { heedLine } from './heedLine';
import { unusable } from './unusable';
import { askHasAddress } from './askHasAddress';

/** What the modem is like once it is set up. */
export interface SetUp {
  readonly dialect: Dialect;
  /** It has joined a network by itself, as it may after a start, or has never left it. */
  readonly hasAddress: boolean;
  /** It waits while the line is held. */
  readonly heedsLine: boolean;
}

export interface SetUpOptions {
  /** Whether to use passive receive where the firmware has it. */
  readonly passive: boolean;
  /** Whether the line has flow control, so that the modem should look at it. */
  readonly flowControl: boolean;
}

/** Milliseconds that the whole set-up may take; most of it for a modem that has to be woken. */
const setUpDeadline = 60_000;

/**
 * Brings a modem in an unknown state to the one that the driver works with: no echo, five links, no server, no
 * passthrough, received data held back where the firmware can. Settings last until the next reset, and spare the flash.
 *
 * Each step is said again when it, or its answer, is lost or damaged on the line. What is only a precaution is asked for,
 * and not insisted on.
 */
export function setUpExchange(options: SetUpOptions): Exchange<SetUp> {
  return {
    shown: 'AT',
    deadline: setUpDeadline,
    countsBusy: true,
    converse: (wire) => {
      const steps = new Steps(wire);
      return concat(
        attention(wire),
        steps.attempt(common.echoOff, { refusals: 2 }),
        // An `OK` may have been the answer to what somebody else has asked.
        askLinkMode(wire).pipe(ignoreElements()),
        findDialect(steps),
      ).pipe(concatMap((dialect) => setUp(steps, dialect, options)));
    },
  };
}

function setUp(steps: Steps, told: Dialect, { passive, flowControl }: SetUpOptions): Observable<SetUp> {
  return spareFlash(steps, told).pipe(
    concatMap((found) => concat(separateLinks(steps, found), holdBack(steps, found, passive))),
    concatMap((found) => beStation(steps, found, passive)),
    concatMap((dialect) =>
      (flowControl ? heedLine(steps) : of(false)).pipe(
        concatMap((heedsLine) => askHasAddress(steps).pipe(map((hasAddress) => ({ dialect, heedsLine, hasAddress })))),
      ),
    ),
  );
}

/** Emits the dialect. AT 2.1 and later know the command; one that does not has told another version than its own. */
function spareFlash(steps: Steps, told: Dialect): Observable<Dialect> {
  if (told.generation !== 'esp-at') return of(told);
  return steps
    .take(common.volatileSettings, { refusals: 2 })
    .pipe(concatMap((isTaken) => (isTaken || !told.passiveReceive ? of(told) : probe(steps, told.version))));
}

/** Five links, and none of them open. */
function separateLinks(steps: Steps, { version }: Dialect): Observable<never> {
  return concat(
    steps.attempt(common.noPassthrough),
    // What a former program has left open stands in the way of the next setting.
    steps.attempt(common.noServer),
    steps.attempt(common.closeAllLinks),
    steps.attempt(common.closeOnlyLink),
    steps.need(common.severalLinks).pipe(
      ignoreElements(),
      catchError((cause: unknown) => throwError(() => lack(cause, version))),
    ),
    // That is how it starts, and a header with an address is understood.
    steps.attempt(common.remoteAddress(false), { refusals: 2 }),
  );
}

/** Emits the dialect: a build may lack what its version has. */
function holdBack(steps: Steps, found: Dialect, passive: boolean): Observable<Dialect> {
  if (!found.passiveReceive) return of(found);
  return steps.take(common.receiveMode(passive), { refusals: 2 }).pipe(
    map((isTaken) => {
      if (passive && !isTaken) steps.wire.note('the modem does not hold received data back: it pushes them');
      return { ...found, passiveReceive: passive && isTaken };
    }),
  );
}

/** Emits the dialect: a firmware that refuses this in the words of its version speaks another one. */
function beStation(steps: Steps, found: Dialect, passive: boolean): Observable<Dialect> {
  const say = (dialect: Dialect) => steps.need(catalogueOf(dialect).stationMode).pipe(map(() => dialect));
  const correct = (dialect: Dialect) =>
    spareFlash(steps, dialect).pipe(concatMap((other) => holdBack(steps, other, passive)));
  return say(found).pipe(
    catchError((cause: unknown) =>
      cause instanceof Refusal
        ? probe(steps, found.version).pipe(
            concatMap((other) =>
              isAlike(other, found) ? throwError(() => lack(cause, found.version)) : correct(other),
            ),
            concatMap(say),
          )
        : throwError(() => cause),
    ),
  );
}

function isAlike(one: Dialect, other: Dialect): boolean {
  return one.generation === other.generation && one.volatileSuffix === other.volatileSuffix;
}

/** What is missing in old firmware cannot be mended by asking again. */
function lack(cause: unknown, version: string): unknown {
  return cause instanceof Refusal && /^(?:0\.|unknown$)/.test(version) ? unusable(version, cause) : cause;
}
