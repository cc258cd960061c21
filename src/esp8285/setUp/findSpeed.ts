import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  scan,
  type SchedulerLike,
  take,
  takeUntil,
  tap,
  throwError,
  throwIfEmpty,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { isSameSpeed, isSpeedRefused } from '../line/lineSpeed';

/** The speeds of modems, the most likely first. The boot loader of an ESP8266 prints at 74880. */
const speeds = [
  115_200, 921_600, 9_600, 74_880, 57_600, 230_400, 460_800, 38_400, 19_200, 2_000_000, 1_500_000, 3_000_000,
] as const;
/** How often all of them are tried, because the modem may be starting. */
const rounds = 2;
/** Milliseconds that the modem has for `AT`, which it answers within 20, and that a start takes after its text. */
const patience = 350;
const startTime = 1_000;
/** Milliseconds for the whole search. */
const longestSearch = 15_000;
/** The most bytes of what comes at one speed that are searched. */
const longestText = 2_048;

/** A line whose speed can be changed, and its bytes. */
export interface SpeedSearch {
  readonly received$: Observable<Uint8Array>;
  /** The speed of this end now, which is tried first. */
  readonly current: number | undefined;
  readonly clock: SchedulerLike;
  /** Cold: changes the speed of this end, ends a line that has begun, and completes. */
  change(baud: number): Observable<never>;
  /** Cold: writes bytes and completes. */
  write(bytes: Uint8Array): Observable<never>;
}

/** What comes at a speed: an answer of the firmware, the text of the boot loader, something else, or nothing. */
type Heard = 'an answer' | 'the boot loader' | 'noise' | 'nothing';

/**
 * Finds the speed of a modem with AT firmware, and emits it. The line then has it. The modem may echo, be busy, or be
 * starting: the text of the boot loader comes at 74880 baud, whatever the speed of the firmware is.
 *
 * Errors within 15 s with `EIO` when nothing comes at any speed, and with `EPROTO` when what comes makes no sense at
 * any. The message says what was tried, and what came.
 */
export function findSpeed(line: SpeedSearch): Observable<number> {
  return defer(() => {
    const { current, clock } = line;
    const heard = new Map<number, Heard | 'not possible'>();
    const others = speeds.filter((baud) => current === undefined || !isSameSpeed(baud, current));
    const ordered = current === undefined ? others : [current, ...others];
    const listened$ = from(Array.from({ length: rounds }, () => ordered).flat()).pipe(
      concatMap((baud) =>
        listenAt(line, baud).pipe(
          tap((said) => {
            // What came in an earlier round says more than silence.
            if (said !== 'nothing' || !heard.has(baud)) heard.set(baud, said);
          }),
          concatMap((said) => {
            if (said === 'an answer') return of(baud);
            return said === 'the boot loader' ? timer(startTime, clock).pipe(ignoreElements()) : EMPTY;
          }),
        ),
      ),
      take(1),
      takeUntil(timer(longestSearch, clock)),
    );
    return listened$.pipe(throwIfEmpty(() => notFound(heard)));
  });
}

/** Says `AT` at a speed, and emits what comes. */
function listenAt(line: SpeedSearch, baud: number): Observable<Heard | 'not possible'> {
  const { received$, clock } = line;
  return defer(() => {
    let said: Heard = 'nothing';
    const answered$ = received$.pipe(
      scan((text, bytes) => (text + Buffer.from(bytes).toString('latin1')).slice(-longestText), ''),
      tap((text) => (said = meaningOf(text))),
      filter(() => said === 'an answer'),
    );
    // What comes for the line end that follows a change counts as well.
    const asking$ = concat(line.change(baud), line.write(Buffer.from('AT\r\n')), timer(patience, clock));
    return merge(answered$, asking$).pipe(
      take(1),
      map(() => said),
    );
  }).pipe(
    catchError((error: unknown) => (isSpeedRefused(error) ? of('not possible' as const) : throwError(() => error))),
  );
}

/** What a text means that has come at one speed. At another speed than the modem's, no whole line of it comes. */
function meaningOf(text: string): Heard {
  if (/(?:^|[\r\n])(?:OK|ERROR|ready|busy [ps]\.\.\.)\r?\n/.test(text)) return 'an answer';
  if (/ets Jan|rst cause:|boot mode:|chksum 0x/.test(text)) return 'the boot loader';
  return text === '' ? 'nothing' : 'noise';
}

function notFound(heard: ReadonlyMap<number, string>): OSError {
  const tried = Array.from(heard, ([baud, said]) => `${baud} (${said})`).join(', ');
  const isSilent = Array.from(heard.values()).every((said) => said === 'nothing' || said === 'not possible');
  const advice = isSilent
    ? 'check that the port is the right one, that no other program uses it, the power supply, and that TX goes to RX and RX to TX'
    : 'check the wiring, including the ground, and that the modem has AT firmware';
  const message = `the speed of the modem cannot be found; tried ${tried}; ${advice}`;
  return new OSError(isSilent ? 'EIO' : 'EPROTO', 'modem', message);
}
