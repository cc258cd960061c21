import { concat, concatMap, defer, EMPTY, type Observable, of, tap } from 'rxjs';

import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Dialect } from '../commands/dialect';
import { ask, type Exchange, usualDeadline } from '../executor/exchange';
import type { Wire } from '../executor/wire';

/** Bytes of one passive read: AT 1.7 is known to give 2048; ESP-AT's whole TCP window fits in one. */
const longestReads = { nonos: 2048, 'esp-at': 5760 };

/**
 * How the modem hands over what comes: whether it holds data back until they are asked for, and whether it tells where
 * datagrams come from.
 *
 * ESP-AT's passive receive joins datagrams, whoever sent them (esp-at issues 323 and 451), and it is one setting for all
 * links. So it is off while there is a link for datagrams, and everything is pushed, as on AT 1.5.
 */
export class Reception {
  private dialect: Dialect | undefined;
  /** Datagrams come one by one, with their senders. */
  private isForDatagrams = false;
  private isPushing = false;
  /** The way of receiving has been changed since the start: what was on its way then may come late. */
  private hasChanged = false;

  constructor(private readonly options: { readonly needsDatagrams: () => boolean; readonly pullAgain: () => void }) {}

  /** The modem has been set up: no sender is told, and data are held back where the dialect has it. */
  begin(dialect: Dialect): void {
    this.dialect = dialect;
    this.isForDatagrams = false;
    this.isPushing = false;
    this.hasChanged = false;
  }

  /** Whether data of a link may come unasked. */
  mayPush(isEncrypted: boolean): boolean {
    return !this.canPull(isEncrypted) || this.hasChanged;
  }

  /**
   * Whether the data of a link are held back, but for times when there are datagrams to receive. NonOS pushes what comes
   * encrypted in any case.
   */
  canPull(isEncrypted: boolean): boolean {
    const { passiveReceive = false, generation } = this.dialect ?? {};
    return passiveReceive && !(isEncrypted && generation === 'nonos');
  }

  /** Most bytes of one `AT+CIPRECVDATA` of a link; 0 while the modem pushes what comes on it. */
  longestReadOf(isEncrypted: boolean): number {
    return this.isPushing ? 0 : this.longestPullOf(isEncrypted);
  }

  /** The same, whatever the modem does at the moment. */
  longestPullOf(isEncrypted: boolean): number {
    return this.dialect && this.canPull(isEncrypted) ? longestReads[this.dialect.generation] : 0;
  }

  /** Whether the modem can be asked how many bytes wait (`AT+CIPRECVLEN?`). */
  get countsWaiting(): boolean {
    return this.dialect?.passiveReceive ?? false;
  }

  /** Whether the stack can be told not to gather small sends (`AT+CIPTCPOPT`). */
  get hasNoDelay(): boolean {
    return this.dialect?.generation === 'esp-at';
  }

  /** What has a close of the number be a reset, or an end in order again. */
  closeModeOf(link: number, resets: boolean): Command {
    return (this.dialect?.generation === 'esp-at' ? common.linger : common.closeMode)(link, resets);
  }

  /** Brings the modem to what the open links need, if it is not there. */
  settle(): Exchange<void> {
    return {
      shown: common.remoteAddress(true).shown,
      deadline: usualDeadline,
      converse: (wire) =>
        defer(() => {
          const wanted = this.options.needsDatagrams();
          // Half way is where a step has failed.
          const isThere = wanted ? this.isForDatagrams : !this.isForDatagrams && !this.isPushing;
          const steps$ = wanted ? this.enter(wire) : this.leave(wire);
          return concat(isThere ? EMPTY : steps$, of(undefined));
        }),
    };
  }

  // While senders are told, ESP-AT would put an address in front of data that are asked for, and none are; AT 1.7 does not.

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
        // Before the modem is asked: it may announce what it holds in front of its `OK`.
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
