import { concat, concatMap, EMPTY, ignoreElements, map, type Observable, of, type SchedulerLike } from 'rxjs';

import { attention } from './attention';
import { catalogueOf, common } from './commands/catalogue';
import type { Command } from './commands/command';
import { type Dialect, dialectOf } from './commands/dialect';
import { ask, type Exchange, tryTo } from './executor/exchange';
import { askLinkMode } from './executor/resynchronise';
import type { Wire } from './executor/wire';
import { heedLine } from './flow/heedLine';

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
 */
export function setUpExchange(options: SetUpOptions): Exchange<SetUp> {
  return {
    shown: 'AT',
    deadline: setUpDeadline,
    countsBusy: true,
    converse: (wire, scheduler) =>
      concat(
        attention(wire, scheduler),
        ask(wire, scheduler, common.echoOff).pipe(ignoreElements()),
        // An `OK` may have been the answer to what somebody else has asked.
        askLinkMode(wire, scheduler).pipe(ignoreElements()),
        ask(wire, scheduler, common.version),
      ).pipe(
        map(dialectOf),
        concatMap((dialect) => configure(wire, scheduler, dialect, options)),
      ),
  };
}

function configure(
  wire: Wire,
  scheduler: SchedulerLike,
  found: Dialect,
  { passive, flowControl }: SetUpOptions,
): Observable<SetUp> {
  const dialect = { ...found, passiveReceive: found.passiveReceive && passive };
  const say = (command: Command) => ask(wire, scheduler, command);
  const attempt = (command: Command) => tryTo(wire, scheduler, command);

  const settings$ = concat(
    dialect.generation === 'esp-at' ? attempt(common.volatileSettings) : EMPTY,
    attempt(common.noPassthrough),
    // What a former program has left open stands in the way of the next setting.
    attempt(common.noServer),
    attempt(common.closeAllLinks),
    attempt(common.closeOnlyLink),
    say(common.severalLinks),
    // An address in a block header that none is expected in would be taken for data.
    say(common.remoteAddress(false)),
    found.passiveReceive ? say(common.receiveMode(dialect.passiveReceive)) : EMPTY,
    say(catalogueOf(dialect).stationMode),
  );
  const heedsLine$ = flowControl ? heedLine(wire, scheduler) : of(false);
  return concat(settings$.pipe(ignoreElements()), heedsLine$).pipe(
    concatMap((heedsLine) =>
      say(common.status).pipe(
        map((lines) => ({ dialect, heedsLine, hasAddress: lines.some((line) => /^STATUS:[234]$/.test(line)) })),
      ),
    ),
  );
}
