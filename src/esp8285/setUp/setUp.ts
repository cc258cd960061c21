import {
  catchError,
  concat,
  concatMap,
  ignoreElements,
  map,
  type Observable,
  of,
  retry,
  throwError,
  TimeoutError,
} from 'rxjs';

import { catalogueOf, common } from '../commands/catalogue';
import type { Dialect, Receive } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import type { Exchange } from '../executor/exchange';
import { StartedUnnoticed } from '../executor/probeWhenQuiet';
import { askLinkMode, silenceError } from '../executor/resynchronise';
import { askHasAddress } from './askHasAddress';
import { changeSpeed } from './changeSpeed';
import { findDialect, identify } from './findDialect';
import { enableFlowControl } from './flowControl';
import { insistence, type StepOptions, Steps } from './steps';
import { unusableFirmware } from './unusableFirmware';
import { wake } from './wake';

/** The state of a modem that has been set up. */
export interface SetUp {
  readonly dialect: Dialect;
  /** Whether it is already on a network. It may have joined one by itself after a start, or never left it. */
  readonly hasAddress: boolean;
  /** Whether it waits while the line is held. */
  readonly hasFlowControl: boolean;
}

export interface SetUpOptions {
  /**
   * How received data come, if the firmware has passive receive. A driver that chooses by itself begins with pushed data.
   */
  readonly receive: Receive;
  /** Whether the line has flow control. The modem should then use it, too. */
  readonly flowControl: boolean;
}

/** Milliseconds that the whole set-up may take, most of them for a modem that has to be woken. */
const setUpDeadline = 60_000;
/** How often the set-up begins again within that time. */
const restarts = 3;

/**
 * Brings a modem from an unknown state to the one that the driver works with: no echo, five links, no server, no
 * passthrough, and passive receive if the firmware has it. Settings last until the next start, which spares the flash.
 *
 * A step is repeated when the line has lost or damaged it or its answer. A step that is only a precaution may fail.
 */
export function setUpExchange(options: SetUpOptions): Exchange<SetUp> {
  return {
    shown: 'AT',
    deadline: setUpDeadline,
    countsBusy: true,
    converse: (wire) => {
      const steps = new Steps(wire);
      const woken$ = concat(
        wake(wire),
        steps.attempt(common.echoOff, { refusals: 2 }),
        // The `OK` may have been the answer to a command of another program.
        askLinkMode(wire).pipe(ignoreElements()),
      ).pipe(
        // What the modem seemed to say may have been data. If it still waits for the bytes of a send, waking it ends that.
        retry({
          count: 1,
          delay: (error: unknown) => (error instanceof TimeoutError ? of(true) : throwError(() => error)),
        }),
      );
      return concat(woken$, findDialect(steps)).pipe(
        concatMap((dialect) => setUp(steps, dialect, options)),
        // The modem has started again while the speed was changed, and its `ready` was lost.
        retry({
          count: restarts,
          delay: (error: unknown) => (error instanceof StartedUnnoticed ? of(true) : throwError(() => error)),
        }),
        catchError((error: unknown) => throwError(() => silenceError(error))),
      );
    },
  };
}

function setUp(steps: Steps, told: Dialect, { receive, flowControl }: SetUpOptions): Observable<SetUp> {
  return spareFlash(steps, told).pipe(
    concatMap((found) => concat(separateLinks(steps, found), setReceiveMode(steps, found, receive))),
    concatMap((found) => setStationMode(steps, found, receive)),
    concatMap((dialect) =>
      (flowControl ? enableFlowControl(steps) : of(false)).pipe(
        concatMap((hasFlowControl) =>
          // A message about the network may be lost while the speed is changed, so the modem is asked afterwards.
          concat(changeSpeed(steps), askHasAddress(steps)).pipe(
            map((hasAddress) => ({ dialect, hasFlowControl, hasAddress })),
          ),
        ),
      ),
    ),
  );
}

/** Emits the dialect. AT 2.1 and later know the command. A firmware that does not know it has given a wrong version. */
function spareFlash(steps: Steps, told: Dialect): Observable<Dialect> {
  if (told.generation !== 'esp-at') return of(told);
  return steps
    .accepts(common.volatileSettings, { refusals: 2 })
    .pipe(concatMap((isAccepted) => (isAccepted || !told.passiveReceive ? of(told) : identify(steps, told.version))));
}

/** Allows five links, and closes those that are open. */
function separateLinks(steps: Steps, { version }: Dialect): Observable<never> {
  const separate = (options?: StepOptions) =>
    concat(
      steps.attempt(common.noPassthrough),
      // A server or link that another program has left open prevents the next setting.
      steps.attempt(common.noServer),
      steps.attempt(common.closeAllLinks),
      steps.attempt(common.closeOnlyLink),
      steps.need(common.multipleLinks, options).pipe(ignoreElements()),
    );
  const separated$ = separate().pipe(
    // What the modem seemed to say may have been data, so that a link is still open.
    catchError((error: unknown) =>
      error instanceof Refusal ? concat(steps.inStep(), separate({ refusals: insistence })) : throwError(() => error),
    ),
    catchError((cause: unknown) => throwError(() => setUpError(cause, version))),
  );
  // It is the default after a start, and a header with an address is understood as well.
  return concat(separated$, steps.attempt(common.remoteAddress(false), { refusals: 2 }));
}

/** Emits the dialect, because a build may lack commands of its version. */
function setReceiveMode(steps: Steps, found: Dialect, receive: Receive): Observable<Dialect> {
  if (!found.passiveReceive) return of(found);
  const mayPull = receive !== 'pushed';
  return steps.accepts(common.receiveMode(receive === 'pulled'), { refusals: 2 }).pipe(
    map((isAccepted) => {
      if (mayPull && !isAccepted) steps.wire.note('the modem does not hold received data back: it pushes them');
      return { ...found, passiveReceive: mayPull && isAccepted };
    }),
  );
}

/** Emits the dialect. A firmware that refuses the command in the dialect of its version has another one. */
function setStationMode(steps: Steps, found: Dialect, receive: Receive): Observable<Dialect> {
  const say = (dialect: Dialect, options?: StepOptions) =>
    steps.need(catalogueOf(dialect).stationMode, options).pipe(map(() => dialect));
  const correct = (dialect: Dialect) =>
    spareFlash(steps, dialect).pipe(concatMap((other) => setReceiveMode(steps, other, receive)));
  return say(found).pipe(
    catchError((cause: unknown) =>
      cause instanceof Refusal
        ? identify(steps, found.version).pipe(
            concatMap((other) => (isAlike(other, found) ? of(found) : correct(other))),
            // The modem knows the command, so the line has damaged it each time.
            concatMap((dialect) => say(dialect, { refusals: insistence })),
            catchError((error: unknown) => throwError(() => setUpError(error, found.version))),
          )
        : throwError(() => cause),
    ),
  );
}

function isAlike(one: Dialect, other: Dialect): boolean {
  return one.generation === other.generation && one.volatileSuffix === other.volatileSuffix;
}

/**
 * If old firmware refuses a command, repeating it does not help, so the error says that the firmware cannot be used.
 */
function setUpError(cause: unknown, version: string): unknown {
  return cause instanceof Refusal && /^(?:0\.|unknown$)/.test(version) ? unusableFirmware(version, cause) : cause;
}
