import {
  BehaviorSubject,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  map,
  type Observable,
  of,
  tap,
  throwError,
} from 'rxjs';

import { firstMatch } from '../../commands/answerLines';
import { common, probes } from '../../commands/catalogue';
import type { Command } from '../../commands/command';
import type { Dialect } from '../../commands/dialect';
import { ifRefused } from '../../executor/answer';
import { ask, type Exchange, usualDeadline } from '../../executor/exchange';
import type { Wire } from '../../executor/wire';

/**
 * The most bytes of one passive read. AT 1.7 gives 2048 at most (ARMmbed/esp8266-driver, pull request 108). ESP-AT gives
 * its whole TCP window. Half of it, and less, was slower at 115200 and at 921600 baud: each read costs a turn-around, and
 * the peer fills the window while a block of any size is printed.
 */
const longestReads = { nonos: 2048, 'esp-at': 5760 };
/** The TCP windows of the firmwares: the most bytes that wait on a link. */
const windows = { nonos: 5840, 'esp-at': 5760 };

/** How the modem hands received data over. */
export type Way = 'pushed' | 'pulled';

export interface ReceiveModeOptions {
  /** Whether the driver chooses the way by itself. */
  readonly isAdaptive: boolean;
  /** Whether a port for datagrams is open, or is being opened. */
  readonly needsDatagrams: () => boolean;
  /** Called when the modem holds data back again. */
  readonly pullAgain: () => void;
  /** Cold: calls {@link ReceiveMode.push} and keeps the data of each link in order, though some may wait. */
  readonly pushInOrder: (wire: Wire) => Observable<never>;
}

/**
 * How the modem hands data over: whether it holds them back until the driver asks for them (passive receive), and
 * whether it shows the senders of datagrams.
 *
 * ESP-AT's passive receive joins the datagrams of all senders (esp-at issues 323 and 451), and it is one setting for
 * all links. So it is off while a port for datagrams is open, and all data are pushed, as on AT 1.5.
 */
export class ReceiveMode {
  /**
   * Whether the modem keeps what waits when it is told to push. No document says it, so the first switch finds it out;
   * `undefined` until then.
   */
  keepsWaiting: boolean | undefined;

  /** Whether the modem is being told to push. */
  isTurningToPush = false;

  private dialect: Dialect | undefined;
  /** Whether datagrams come one by one, with their senders. */
  private isForDatagrams = false;
  /** The way that the modem has confirmed, or is about to have. */
  private readonly current = new BehaviorSubject<Way>('pulled');
  /** Whether the modem has been told to push, and not been heard to hold data back since. */
  private mayBePushing = false;
  /** Whether the modem may keep data that waited when a port for datagrams made it push. */
  private mayKeep = false;

  constructor(private readonly options: ReceiveModeOptions) {}

  /** The modem has been set up. It shows no senders, and holds data back if its dialect can and the driver wants it. */
  begin(dialect: Dialect): void {
    this.dialect = dialect;
    this.isForDatagrams = false;
    this.keepsWaiting = undefined;
    this.mayBePushing = this.isAdaptive;
    this.mayKeep = false;
    this.current.next(this.isAdaptive ? 'pushed' : 'pulled');
  }

  /** Whether the driver may change the way at any time. */
  get isAdaptive(): boolean {
    return this.options.isAdaptive && this.countsWaiting;
  }

  /** Whether the way may change: the driver may change it, or a port for datagrams does. */
  get mayChange(): boolean {
    return this.isAdaptive || this.joinsDatagrams;
  }

  /** The way, if the driver may change it; `undefined` otherwise. Replays the current one. */
  get way$(): Observable<Way | undefined> {
    return this.current.pipe(map((way) => (this.isAdaptive ? way : undefined)));
  }

  /** The way in which data of links come that can be pulled. */
  get way(): Way {
    return this.current.value;
  }

  /** Whether all data have to be pushed, because a port for datagrams needs it. */
  get isForced(): boolean {
    return this.joinsDatagrams && (this.isForDatagrams || this.options.needsDatagrams());
  }

  /** The most bytes that can wait on a link, as far as it is known. */
  get window(): number {
    return windows[this.dialect?.generation ?? 'nonos'];
  }

  /** Whether data of a link may be pushed. */
  mayPush(isEncrypted: boolean): boolean {
    return !this.canPull(isEncrypted) || this.mayBePushing;
  }

  /**
   * Whether the modem holds the data of a link back, except while there is a port for datagrams. NonOS always pushes
   * the data of encrypted links.
   */
  canPull(isEncrypted: boolean): boolean {
    const { passiveReceive = false, generation } = this.dialect ?? {};
    return passiveReceive && !(isEncrypted && generation === 'nonos');
  }

  /** The most bytes of one `AT+CIPRECVDATA` for an open link; 0 while the modem pushes its data. */
  longestReadOf(isEncrypted: boolean): number {
    return this.way === 'pushed' ? 0 : this.longestPullOf(isEncrypted);
  }

  /** The same for a link that has ended. The data that the modem still holds of it are never pushed. */
  longestPullOf(isEncrypted: boolean): number {
    return this.dialect && this.canPull(isEncrypted) ? longestReads[this.dialect.generation] : 0;
  }

  /** Whether the modem can be asked how many bytes wait (`AT+CIPRECVLEN?`). */
  get countsWaiting(): boolean {
    return this.dialect?.passiveReceive ?? false;
  }

  /** The exchange that brings the modem to the mode that the open links need, unless it is in that mode. */
  adjust(): Exchange<void> {
    return {
      shown: common.remoteAddress(true).shown,
      deadline: 3 * usualDeadline,
      converse: (wire) =>
        defer(() => {
          const wanted = this.options.needsDatagrams();
          // If a step has failed, the modem is in neither mode.
          const isThere = wanted ? this.isForDatagrams : !this.isForDatagrams && !this.mustPull;
          const steps$ = wanted ? this.enter(wire) : this.leave(wire);
          return concat(isThere ? EMPTY : steps$, of(undefined));
        }),
    };
  }

  /** Cold: has the modem push, and completes. */
  push(wire: Wire): Observable<never> {
    return defer(() => {
      this.mayBePushing = this.isTurningToPush = true;
      return setMode(wire, false, () => {
        this.isTurningToPush = false;
        this.current.next('pushed');
      });
    }).pipe(finalize(() => (this.isTurningToPush = false)));
  }

  /** Cold: has the modem hold data back, and completes. If it refuses, it goes on pushing. */
  pull(wire: Wire): Observable<never> {
    return defer(() => {
      // Before the command, because the modem may announce its data before the `OK`.
      this.current.next('pulled');
      return setMode(wire, true, () => {
        this.mayBePushing = this.mayKeep = false;
        this.options.pullAgain();
      });
    }).pipe(
      catchError((error: unknown) => {
        this.current.next('pushed');
        return throwError(() => error);
      }),
    );
  }

  // While the modem shows senders, ESP-AT would put an address in front of pulled data, but nothing is pulled then. AT
  // 1.7 puts none there.

  private enter(wire: Wire): Observable<never> {
    const mustPush = this.joinsDatagrams && this.way === 'pulled';
    this.mayKeep ||= mustPush;
    return concat(
      mustPush ? this.options.pushInOrder(wire) : EMPTY,
      say(wire, common.remoteAddress(true), () => (this.isForDatagrams = true)),
    );
  }

  /** A driver that adapts has the modem push on, unless data may wait that it does not push. */
  private leave(wire: Wire): Observable<never> {
    return concat(
      say(wire, common.remoteAddress(false), () => {
        this.isForDatagrams = false;
        if (this.isAdaptive) this.current.next(this.way);
      }),
      defer(() => (this.mustPull ? this.pull(wire) : EMPTY)),
    );
  }

  /** Whether the modem has to hold data back again, now that no port for datagrams needs it to push. */
  private get mustPull(): boolean {
    const isWanted = !this.isAdaptive || (this.mayKeep && this.keepsWaiting !== false);
    return this.joinsDatagrams && this.way === 'pushed' && isWanted;
  }

  private get joinsDatagrams(): boolean {
    return this.dialect?.generation === 'esp-at' && this.dialect.passiveReceive;
  }
}

function say(wire: Wire, command: Command, done: () => void): Observable<never> {
  return ask(wire, command).pipe(
    tap(done),
    concatMap(() => EMPTY),
  );
}

/**
 * The modem knows the command, so if it seems to refuse it, the line has damaged the command or its `OK`. It is asked which
 * mode it has, because its data would come in another way than they are expected.
 */
function setMode(wire: Wire, passive: boolean, done: () => void): Observable<never> {
  const command = common.receiveMode(passive);
  const again$ = ask(wire, probes.receiveMode).pipe(
    map((lines) => firstMatch(lines, /^\+CIPRECVMODE: *([01])$/)?.[1] === (passive ? '1' : '0')),
    ifRefused(of(false)),
    concatMap((isDone) => (isDone ? of([]) : ask(wire, command))),
  );
  return ask(wire, command).pipe(
    ifRefused(again$),
    tap(done),
    concatMap(() => EMPTY),
  );
}
