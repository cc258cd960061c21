import { catchError, concat, concatMap, ignoreElements, map, type Observable, of, throwError } from 'rxjs';

import { catalogueOf, common } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import type { Exchange } from '../executor/exchange';
import { askLinkMode } from '../executor/resynchronise';
import { askHasAddress } from './askHasAddress';
import { findDialect, identify } from './findDialect';
import { enableFlowControl } from './flowControl';
import { Steps } from './steps';
import { unusableFirmware } from './unusableFirmware';
import { wake } from './wake';

/** What the modem is like once it is set up. */
export interface SetUp {
  readonly dialect: Dialect;
  /** It is on a network already: it may have joined one by itself after a start, or never left it. */
  readonly hasAddress: boolean;
  /** It waits while the line is held. */
  readonly hasFlowControl: boolean;
}

export interface SetUpOptions {
  /** Whether to use passive receive where the firmware has it. */
  readonly passive: boolean;
  /** Whether the line has flow control, which the modem should use then. */
  readonly flowControl: boolean;
}

/** Milliseconds that the whole set-up may take; most of it is for a modem that has to be woken. */
const setUpDeadline = 60_000;

/**
 * Brings a modem from an unknown state to the one that the driver works with: no echo, five links, no server, no
 * passthrough, received data held back where the firmware can. Settings last until the next start, which spares the flash.
 *
 * A step is said again when the line has lost or damaged it or its answer. A step that is only a precaution may fail.
 */
export function setUpExchange(options: SetUpOptions): Exchange<SetUp> {
  return {
    shown: 'AT',
    deadline: setUpDeadline,
    countsBusy: true,
    converse: (wire) => {
      const steps = new Steps(wire);
      return concat(
        wake(wire),
        steps.attempt(common.echoOff, { refusals: 2 }),
        // An `OK` may have been the answer to another program's command.
        askLinkMode(wire).pipe(ignoreElements()),
        findDialect(steps),
      ).pipe(concatMap((dialect) => setUp(steps, dialect, options)));
    },
  };
}

function setUp(steps: Steps, told: Dialect, { passive, flowControl }: SetUpOptions): Observable<SetUp> {
  return spareFlash(steps, told).pipe(
    concatMap((found) => concat(separateLinks(steps, found), setReceiveMode(steps, found, passive))),
    concatMap((found) => setStationMode(steps, found, passive)),
    concatMap((dialect) =>
      (flowControl ? enableFlowControl(steps) : of(false)).pipe(
        concatMap((hasFlowControl) =>
          askHasAddress(steps).pipe(map((hasAddress) => ({ dialect, hasFlowControl, hasAddress }))),
        ),
      ),
    ),
  );
}

/** Emits the dialect. AT 2.1 and later know the command; a firmware that does not has told a wrong version. */
function spareFlash(steps: Steps, told: Dialect): Observable<Dialect> {
  if (told.generation !== 'esp-at') return of(told);
  return steps
    .accepts(common.volatileSettings, { refusals: 2 })
    .pipe(concatMap((isAccepted) => (isAccepted || !told.passiveReceive ? of(told) : identify(steps, told.version))));
}

/** Five links, and none of them open. */
function separateLinks(steps: Steps, { version }: Dialect): Observable<never> {
  return concat(
    steps.attempt(common.noPassthrough),
    // What another program has left open prevents the next setting.
    steps.attempt(common.noServer),
    steps.attempt(common.closeAllLinks),
    steps.attempt(common.closeOnlyLink),
    steps.need(common.multipleLinks).pipe(
      ignoreElements(),
      catchError((cause: unknown) => throwError(() => setUpError(cause, version))),
    ),
    // This is the setting of a start, and a header with an address is understood as well.
    steps.attempt(common.remoteAddress(false), { refusals: 2 }),
  );
}

/** Emits the dialect: a build may lack what its version has. */
function setReceiveMode(steps: Steps, found: Dialect, passive: boolean): Observable<Dialect> {
  if (!found.passiveReceive) return of(found);
  return steps.accepts(common.receiveMode(passive), { refusals: 2 }).pipe(
    map((isAccepted) => {
      if (passive && !isAccepted) steps.wire.note('the modem does not hold received data back: it pushes them');
      return { ...found, passiveReceive: passive && isAccepted };
    }),
  );
}

/** Emits the dialect: a firmware that refuses this in the words of its version speaks another one. */
function setStationMode(steps: Steps, found: Dialect, passive: boolean): Observable<Dialect> {
  const say = (dialect: Dialect) => steps.need(catalogueOf(dialect).stationMode).pipe(map(() => dialect));
  const correct = (dialect: Dialect) =>
    spareFlash(steps, dialect).pipe(concatMap((other) => setReceiveMode(steps, other, passive)));
  return say(found).pipe(
    catchError((cause: unknown) =>
      cause instanceof Refusal
        ? identify(steps, found.version).pipe(
            concatMap((other) =>
              isAlike(other, found) ? throwError(() => setUpError(cause, found.version)) : correct(other),
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

/** A refusal by old firmware, where asking again does not help, says that the firmware cannot be used. */
function setUpError(cause: unknown, version: string): unknown {
  return cause instanceof Refusal && /^(?:0\.|unknown$)/.test(version) ? unusableFirmware(version, cause) : cause;
}
