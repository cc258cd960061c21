import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  EmptyError,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  repeat,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import type { Exchange } from '../executor/exchange';
import { StartedUnnoticed } from '../executor/probeWhenQuiet';
import { askLinkMode } from '../executor/resynchronise';
import type { Frame } from '../grammar/frame';
import { isSameSpeed, isSpeedRefused } from '../line/lineSpeed';
import { askLine, type LineSettings } from './lineSettings';
import { Steps } from './steps';
import { type Quality, responds, sayOnce, verifyLine } from './verifyLine';

/** Speeds in use, the fastest first. If the wanted one is too fast for the line, the next slower one is tried. */
const usualSpeeds = [3_000_000, 2_000_000, 1_500_000, 921_600, 460_800, 230_400, 115_200] as const;
/** Milliseconds after which no further speed is tried, so that going back is over within ten seconds. */
const longestSearch = 5_500;
/** Milliseconds for all of it. */
const exchangeDeadline = 60_000;
/** How often the modem is told its new speed, if it has not heard it. */
const changeTries = 2;
/** How often a modem that has not heard its old speed is restarted. */
const restartTries = 3;
/** How often it is told that each time, and the milliseconds for one of them. */
const restartsAtOnce = 8;
const restartPause = 45;
/** How often a modem that may have been restarted is asked whether it has. */
const startTries = 4;

/**
 * Makes the line as fast as the program wants it, or as fast as it carries what is said, and completes. The trace says
 * why a speed is not used. Other attempts leave it out, until the program wants it anew.
 *
 * Errors with {@link StartedUnnoticed} when the modem has started again meanwhile, and with `EIO` when it does not
 * understand anything any more. `EOPNOTSUPP` for an open line that does not know its speed.
 */
export function changeSpeed(steps: Steps): Observable<never> {
  const { speed } = steps.wire;
  return defer(() => {
    const { wanted, current, others } = speed;
    if (wanted === undefined || !speed.isChangeable) return [];
    if (current === undefined) throw speed.fixedError('set_baud');
    // A modem that was found at the wanted speed, because a crashed program has left it there, has not been checked.
    const slowest = isSameSpeed(current, wanted) ? (others[0] ?? current) : current;
    const speeds = [wanted, ...usualSpeeds.filter((baud) => baud < wanted && baud > slowest)].filter(
      (baud) => !isSameSpeed(baud, slowest) && speed.isUsable(baud),
    );
    if (speeds.length === 0) return [];
    return steps.ask(common.version).pipe(
      concatMap((version) => askLine(steps).pipe(map((line) => new SpeedChange(steps, slowest, version, line)))),
      concatMap((change) =>
        concat(
          ...speeds.map((baud) => defer(() => (speed.maySearch(longestSearch) ? change.to(baud) : of(false)))),
        ).pipe(
          first((isReached) => isReached, false),
          // The check has turned it on. The modem may have started again, and is asked last.
          concatMap(() => concat(steps.attempt(common.echoOff, { refusals: 2 }), askLinkMode(steps.wire))),
        ),
      ),
      tap((mode) => {
        if (mode === 'single') throw new StartedUnnoticed('the modem has started again while its speed was changed');
        speed.agreed();
      }),
      ignoreElements(),
    );
  });
}

/** The exchange of {@link changeSpeed}, for a modem that has been set up. Emits at the end. */
export function speedExchange(): Exchange<void> {
  return {
    shown: 'AT+UART_CUR',
    deadline: exchangeDeadline,
    countsBusy: true,
    converse: (wire) => concat(changeSpeed(new Steps(wire)), of(undefined)),
  };
}

/** A change of the speed of both ends, from one that is known to be good. */
class SpeedChange {
  private readonly settings: readonly number[];

  constructor(
    private readonly steps: Steps,
    private readonly from: number,
    private readonly version: readonly string[],
    line: LineSettings | undefined,
  ) {
    // Everything but the speed stays as it is, including flow control.
    const [, bits = 8, stop = 1, parity = 0, flow = 0] = line ?? [];
    this.settings = [bits, stop, parity, flow];
  }

  /** Cold: emits whether both ends have the speed now, and the line carries it. Otherwise both have the old one. */
  to(baud: number): Observable<boolean> {
    const { speed } = this.steps.wire;
    return defer(() => (speed.current === baud ? of(undefined) : this.useBothEnds(baud))).pipe(
      concatMap((obstacle) => (obstacle === undefined ? this.verify(baud) : of(obstacle))),
      map((obstacle) => {
        if (obstacle === undefined) return true;
        speed.exclude(baud);
        this.steps.wire.note(`the line cannot have ${baud} baud: ${obstacle}`);
        return false;
      }),
    );
  }

  /** Emits what prevents the speed, or `undefined`. Nothing is said to the modem if the line cannot have the speed. */
  private useBothEnds(baud: number): Observable<string | undefined> {
    return this.tryLine(baud).pipe(
      concatMap((obstacle) => (obstacle === undefined ? this.tell(baud, changeTries) : of(obstacle))),
    );
  }

  private tryLine(baud: number): Observable<string | undefined> {
    const { speed } = this.steps.wire;
    if (speed.hasHad(baud)) return of(undefined);
    return concat(speed.change(baud), speed.change(this.from), of(undefined)).pipe(
      catchError((error: unknown) =>
        isSpeedRefused(error) ? concat(speed.change(this.from), of(error.message)) : throwError(() => error),
      ),
    );
  }

  /** The `OK` may be lost, because the line is about to change. The modem is then asked at both speeds. */
  private tell(baud: number, triesLeft: number): Observable<string | undefined> {
    const { wire } = this.steps;
    return defer(() => {
      wire.speed.tell(baud);
      return sayOnce(wire, common.setLine(baud, ...this.settings));
    }).pipe(
      concatMap((answered) => {
        if (answered === 'refused') return triesLeft > 1 ? this.tell(baud, triesLeft - 1) : of('the modem refuses it');
        return this.respondsAt(baud).pipe(
          concatMap((isThere) => {
            if (isThere) return of(undefined);
            return this.respondsAt(this.from).pipe(
              concatMap((isHere) => {
                if (!isHere) return this.goBack(baud, 'it carries nothing that makes sense', 'useless');
                return triesLeft > 1 ? this.tell(baud, triesLeft - 1) : of('the modem does not change to it');
              }),
            );
          }),
        );
      }),
    );
  }

  private verify(baud: number): Observable<string | undefined> {
    const obstacle = 'it damages what is said';
    return verifyLine(this.steps.wire, this.version).pipe(
      concatMap((quality) => {
        if (quality === 'good') return of(undefined);
        return quality === 'damaging'
          ? this.goBack(baud, obstacle, quality)
          : concat(this.checkStarted(), this.goBack(baud, obstacle, quality));
      }),
    );
  }

  /** A modem that has the old speed without having been told has started again meanwhile. That is no fault of the line. */
  private checkStarted(): Observable<never> {
    return this.respondsAt(this.from).pipe(
      tap((isHere) => {
        if (isHere) throw new StartedUnnoticed('the modem has started again while its speed was checked');
      }),
      ignoreElements(),
    );
  }

  /**
   * Brings the modem back to the old speed, and emits the obstacle. What is said at the new one may be damaged again, and
   * a damaged change may be another valid one. So the modem is told its old speed once, if that is likely to be heard.
   * Otherwise it is restarted, which also has a short name.
   */
  private goBack(baud: number, obstacle: string, quality: Quality): Observable<string> {
    const { wire } = this.steps;
    return defer(() => {
      let current = baud;
      const told$ = this.tellOld(baud).pipe(
        tap((heard) => (current = heard)),
        map((heard) => heard === this.from),
      );
      // Without an answer, which may be damaged as well. A modem that has heard one of them hears nothing of the next ones.
      const sayStart$ = concat(wire.say(common.restart), timer(restartPause, wire.clock).pipe(ignoreElements()));
      const sayStarts$ = defer(() => concat(wire.speed.change(current), sayStart$.pipe(repeat(restartsAtOnce))));
      const start$ = concat(sayStarts$, this.respondsAt(this.from, startTries)).pipe(
        tap((hasStarted) => {
          if (hasStarted) throw new StartedUnnoticed(`the modem was restarted, because ${obstacle}`);
        }),
      );
      const restart$ = defer(() => {
        wire.speed.exclude(baud);
        wire.note(`the line cannot have ${baud} baud: ${obstacle}; the modem is restarted, to bring it back`);
        return start$.pipe(repeat(restartTries), ignoreElements());
      });
      const message = `the modem has ${baud} baud now, but the line does not work at that speed (${obstacle}); switch it off and on`;
      return concat(quality === 'damaging' ? told$ : EMPTY, restart$).pipe(
        first(Boolean),
        map(() => obstacle),
        catchError((error: unknown) =>
          throwError(() => (error instanceof EmptyError ? new OSError('EIO', 'modem', message) : error)),
        ),
      );
    });
  }

  /**
   * Tells a modem that has a new speed its old one, and emits the speed that it has then. Its echo is on, and shows what
   * it has heard: perhaps another speed.
   */
  private tellOld(baud: number): Observable<number> {
    const { wire } = this.steps;
    return defer(() => {
      let heard = baud;
      const echo$ = wire.frames$.pipe(
        tap((frame) => (heard = speedInEcho(frame) ?? heard)),
        ignoreElements(),
      );
      const said$ = merge(echo$, sayOnce(wire, common.setLine(this.from, ...this.settings))).pipe(take(1));
      const isAt = (speed: number) => (isSameSpeed(speed, baud) ? EMPTY : this.respondsAt(speed).pipe(filter(Boolean)));
      const isAtHeard$ = defer(() => isAt(heard)).pipe(
        // The line cannot have what the modem has heard, or seems to have heard.
        catchError((error: unknown) => (isSpeedRefused(error) ? EMPTY : throwError(() => error))),
      );
      return concat(
        wire.speed.change(baud),
        said$.pipe(ignoreElements()),
        isAt(this.from).pipe(map(() => this.from)),
        isAtHeard$.pipe(map(() => heard)),
        of(baud),
      ).pipe(take(1));
    });
  }

  /** Emits whether the modem answers at a speed. It is asked `tries` times at most. */
  private respondsAt(baud: number, tries = 2): Observable<boolean> {
    const { wire } = this.steps;
    return concat(wire.speed.change(baud), responds(wire).pipe(repeat(tries))).pipe(first(Boolean, false));
  }
}

/** The speed in the echo of a change; `undefined` for another frame. */
function speedInEcho(frame: Frame): number | undefined {
  const digits = 'text' in frame ? /UART_CUR=(\d{2,7}),/.exec(frame.text)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
