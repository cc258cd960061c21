import { concat, concatMap, defer, EMPTY, type Observable, of, tap } from 'rxjs';

import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Dialect } from '../commands/dialect';
import { ask, type Exchange, usualDeadline } from '../executor/exchange';
import type { Wire } from '../executor/wire';

/**
 * The most bytes of one passive read. AT 1.7 gives 2048 at most (ARMmbed/esp8266-driver, pull request 108). ESP-AT gives
 * its whole TCP window. Half of it, and less, was slower at 115200 and at 921600 baud: each read costs a turn-around, and
 * the peer fills the window while a block of any size is printed.
 */
const longestReads = { nonos: 2048, 'esp-at': 5760 };

export interface ReceiveModeOptions {
  /** Whether a port for datagrams is open, or is being opened. */
  readonly needsDatagrams: () => boolean;
  /** Called when the modem holds data back again. */
  readonly pullAgain: () => void;
}

/**
 * How the modem hands data over: whether it holds them back until the driver asks for them (passive receive), and
 * whether it shows the senders of datagrams.
 *
 * ESP-AT's passive receive joins the datagrams of all senders (esp-at issues 323 and 451), and it is one setting for
 * all links. So it is off while a port for datagrams is open, and all data are pushed, as on AT 1.5.
 */
export class ReceiveMode {
  private dialect: Dialect | undefined;
  /** Whether datagrams come one by one, with their senders. */
  private isForDatagrams = false;
  private isPushing = false;
  /** Whether the mode has changed since the modem started. Data that were on their way then may come late. */
  private hasChanged = false;

  constructor(private readonly options: ReceiveModeOptions) {}

  /** The modem has been set up. It shows no senders, and holds data back if its dialect can. */
  begin(dialect: Dialect): void {
    this.dialect = dialect;
    this.isForDatagrams = false;
    this.isPushing = false;
    this.hasChanged = false;
  }

  /** Whether data of a link may be pushed. */
  mayPush(isEncrypted: boolean): boolean {
    return !this.canPull(isEncrypted) || this.hasChanged;
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
    return this.isPushing ? 0 : this.longestPullOf(isEncrypted);
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
  settle(): Exchange<void> {
    return {
      shown: common.remoteAddress(true).shown,
      deadline: usualDeadline,
      converse: (wire) =>
        defer(() => {
          const wanted = this.options.needsDatagrams();
          // If a step has failed, the modem is in neither mode.
          const isThere = wanted ? this.isForDatagrams : !this.isForDatagrams && !this.isPushing;
          const steps$ = wanted ? this.enter(wire) : this.leave(wire);
          return concat(isThere ? EMPTY : steps$, of(undefined));
        }),
    };
  }

  // While the modem shows senders, ESP-AT would put an address in front of pulled data, but nothing is pulled then. AT
  // 1.7 puts none there.

  private enter(wire: Wire): Observable<never> {
    const say = sayer(wire);
    this.hasChanged ||= this.joinsDatagrams;
    return concat(
      this.joinsDatagrams ? say(common.receiveMode(false), () => (this.isPushing = true)) : EMPTY,
      say(common.remoteAddress(true), () => (this.isForDatagrams = true)),
    );
  }

  private leave(wire: Wire): Observable<never> {
    const say = sayer(wire);
    return concat(
      say(common.remoteAddress(false), () => {
        this.isForDatagrams = false;
        // Before the next command, because the modem may announce its data before the `OK`.
        this.isPushing = false;
      }),
      this.joinsDatagrams ? say(common.receiveMode(true), this.options.pullAgain) : EMPTY,
    );
  }

  private get joinsDatagrams(): boolean {
    return this.dialect?.generation === 'esp-at' && this.dialect.passiveReceive;
  }
}

function sayer(wire: Wire) {
  return (command: Command, done: () => void) =>
    ask(wire, command).pipe(
      tap(done),
      concatMap(() => EMPTY),
    );
}
