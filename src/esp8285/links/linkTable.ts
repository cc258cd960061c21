import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  finalize,
  ignoreElements,
  mergeAll,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  skip,
  skipWhile,
  Subject,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { LineAdvice } from '../../streams';
import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import type { Exchange } from '../executor/exchange';
import type { Executor, Settlement } from '../executor/executor';
import type { LineHold } from '../flow/lineHold';
import type { Frame } from '../grammar/frame';
import { type Loss, lossOf } from './damage';
import { ModemDatagramLink } from './datagramLink';
import { breakOffExchange, closeExchange } from './exchanges';
import { Link } from './link';
import { isStale, openingOf, type Start, startExchange } from './linkStart';
import type { LinkContext, NumberedLink } from './numberedLink';
import { Reception } from './reception';
import { Stocktaking } from './stocktaking';

export interface LinkTableOptions {
  readonly executor: Executor;
  readonly hold: LineHold;
  /** Whether the modem has an address: a refusal is not the peer's word otherwise. */
  readonly hasAddress: () => boolean;
  readonly scheduler: SchedulerLike;
  /** Milliseconds between two questions about a link that stays quiet, at most; `Infinity` for none. */
  readonly longestQuiet: number;
  /** For messages about what the line has lost. */
  readonly advice: LineAdvice;
}

/** Milliseconds behind its end in which data of a link may still come. */
const trailing = 10_000;

/** Milliseconds that a program waits for the end of a link: as long as for any command. */
const closePatience = 5_000;

/** Milliseconds that a link may live without its network. */
const grace = 30_000;
const takenOver = 'the modem has given the number of this connection to a client: it has ended, and that was not heard';
const unknown: Endpoint = { address: '0.0.0.0', port: 0 };

/** The modem's five links: hands each frame to the link that has its number, and gives the numbers out. */
export class LinkTable {
  readonly reception: Reception;

  /** Connections that have come to the listening port. One that nobody takes is closed. */
  readonly arrivals$: Observable<Link>;
  /** Closes what was given up while it was being opened; emits nothing. The owner subscribes once. */
  readonly cleaning$: Observable<never>;

  private readonly links: (NumberedLink | undefined)[] = [];
  /**
   * From 4 down, for the modem gives incoming connections the lowest; a number rests as long as it can, for AT 1.x may
   * say `CLOSED` a while after a connection has failed.
   */
  private free = [4, 3, 2, 1, 0];

  /** When a number was last given back. */
  private readonly freedAt: (number | undefined)[] = [];
  /** When data of a number last came, or were announced. */
  private readonly heardAt: (number | undefined)[] = [];
  private readonly stocktaking: Stocktaking;

  private readonly cleanups = new Subject<Observable<never>>();
  private readonly arrivals = new Subject<Link>();

  constructor(private readonly options: LinkTableOptions) {
    this.reception = new Reception({
      needsDatagrams: () => this.links.some((link) => link instanceof ModemDatagramLink),
      pullAgain: () => {
        for (const link of this.links) link?.pullAgain();
      },
    });
    this.stocktaking = new Stocktaking({
      ...options,
      reception: this.reception,
      links: () => this.links,
      heardAt: (id) => this.heardAt[id] ?? -Infinity,
      isListening: () => this.arrivals.observed,
      found: (id) => {
        this.find(id);
      },
    });
    this.arrivals$ = this.arrivals.asObservable();
    this.cleaning$ = this.cleanups.pipe(mergeAll());
  }

  /**
   * Hands a frame to its link. What belongs to none is dropped: a payload is never taken for anything else. Links that
   * may have lost data get no more.
   *
   * @returns Whether the frame makes sense.
   */
  route(frame: Frame): boolean {
    const loss = this.lossOf(frame);
    if (loss) {
      if (loss.others) for (const link of this.links) link?.doubt(loss.how);
      loss.doubted?.doubt(loss.how);
      loss.damaged?.damaged(loss.how);
      return false;
    }
    switch (frame.kind) {
      case 'block': {
        const link = this.links[frame.link];
        // What was asked for before a link is open is the last of the one that had its number.
        if (!frame.pulled || link?.hasOpened) link?.received(frame);
        this.heardAt[frame.link] = this.options.scheduler.now();
        break;
      }
      case 'notice':
        this.heardAt[frame.link] = this.options.scheduler.now();
        this.links[frame.link]?.noticed(frame.length);
        break;
      case 'opened': {
        const link = this.links[frame.link];
        if (link?.begun && !link.isGone && (!link.hasOpened || !this.arrivals.observed)) {
          link.opened();
        } else {
          // The modem has given the number to a client: one that is reserved with us only, that it has said is closed
          // (AT 1.7 forgets what it still held of that), or whose `CLOSED` was lost.
          if (link?.isGone) link.finish();
          else if (link?.hasOpened) link.lost(new OSError('ECONNRESET', 'modem', takenOver));
          this.arrive(frame.link);
        }
        break;
      }
      case 'closed':
        this.links[frame.link]?.closed();
        break;
    }
    return true;
  }

  /** The modem has not started again: links that may have lost data have, and what it has said meanwhile is asked for. */
  confirmDoubts(): Observable<never> {
    return defer(() => {
      for (const link of [...this.links]) link?.confirmDoubt();
      return this.stocktaking.stock$;
    });
  }

  /** Asks the modem now and then, while it is subscribed to, what it has. */
  asking(): Observable<never> {
    return this.stocktaking.asking();
  }

  /**
   * Links may outlive a short loss of the network: which of them have is asked when it is back, for not every firmware
   * tells. Runs as long as the modem does; emits nothing.
   *
   * @param isUp$ Whether the modem is on a network; replays the current state.
   */
  outliving(isUp$: Observable<boolean>): Observable<never> {
    return isUp$.pipe(
      distinctUntilChanged(),
      skipWhile((isUp) => !isUp),
      skip(1),
      switchMap((isUp) => {
        if (isUp) return this.stocktaking.stock$;
        for (const link of this.links) link?.cutOff();
        // That was before.
        this.heardAt.length = 0;
        return this.links.some(Boolean) ? timer(grace, this.options.scheduler).pipe(tap(() => this.giveUp())) : EMPTY;
      }),
      ignoreElements(),
    );
  }

  /** How many of the five are in use. */
  get used(): number {
    return this.links.filter(Boolean).length;
  }

  /** Whether there is a link of that kind. */
  some(isIt: (link: NumberedLink) => boolean): boolean {
    return this.links.some((link) => link && isIt(link));
  }

  /** The modem has started again, or is gone. */
  loseAll(error: OSError): void {
    for (const link of [...this.links]) link?.lost(error);
  }

  /** Opens a link, emits it and completes; the subscriber then owns it. Unsubscribing before that gives it up. */
  open<T extends NumberedLink>(start: Start<T>): Observable<T> {
    const { executor } = this.options;
    return defer(() => {
      let link: T | undefined;
      return defer(() => {
        const reserved = start.make(this.nextFree(), this.context());
        const commands = start.commandsOf(reserved);
        // Not before: what these throw must leave the number free.
        link = this.take(reserved);
        const exchange = startExchange(reserved, commands, {
          isOurs: () => this.links[reserved.id] === reserved,
          isListening: () => this.arrivals.observed,
        });
        return concat(
          start.prepare ? this.prepare(reserved, start.prepare) : EMPTY,
          executor.run(exchange, (settlement) => {
            this.settle(reserved, settlement);
          }),
        );
      }).pipe(
        // Our table is wrong, the modem's is right: another number is tried, once. A connection that nobody has goes.
        retry({
          count: 1,
          delay: (error: unknown) => {
            if (!isStale(error) || !link) return throwError(() => error);
            return this.links[link.id] ? of(true) : this.clear(link);
          },
        }),
        catchError((cause: unknown) => throwError(() => start.failure(cause, link))),
      );
    });
  }

  /** Runs what nobody waits for. */
  cleanUp(operation$: Observable<unknown>): void {
    this.cleanups.next(operation$.pipe(ignoreElements()));
  }

  /** Closes a link that nobody has, or will have; breaks it off with `reset`, where the firmware can. */
  discard(link: NumberedLink, reset = false): void {
    this.cleanUp(concat(this.clear(link, reset), this.settled()));
  }

  private nextFree(): number {
    const [id] = this.free;
    if (id !== undefined) return id;
    throw new OSError('EMFILE', 'connect', 'connect: all five links of the modem are in use; close a socket first');
  }

  private take<T extends NumberedLink>(link: T): T {
    this.free = this.free.filter((other) => other !== link.id);
    this.links[link.id] = link;
    return link;
  }

  private context(): LinkContext {
    return {
      executor: this.options.executor,
      hold: this.options.hold,
      reception: this.reception,
      hasAddress: this.options.hasAddress,
      advice: this.options.advice,
      asking$: this.stocktaking.asking(),
      patience$: timer(closePatience, this.options.scheduler),
      free: (freed) => {
        this.release(freed);
      },
      discard: (unwanted, reset) => {
        this.discard(unwanted, reset);
      },
      settle: () => {
        this.cleanUp(this.settled());
      },
    };
  }

  private giveUp(): void {
    const message = `the modem has been off its network for ${grace / 1_000} s`;
    for (const link of [...this.links]) link?.givenUp(new OSError('ENETDOWN', 'modem', message));
  }

  /** Its `CONNECT` was lost. What has been pushed on it by now is lost, too: such a one is of no use. */
  private find(id: number): void {
    if (this.arrivals.observed && !this.reception.mayPush(false)) this.arrive(id);
    else this.discard(this.take(new Link(id, unknown, this.context())));
  }

  private arrive(id: number): void {
    this.welcome(this.take(new Link(id, unknown, this.context())));
  }

  private welcome(link: Link): void {
    link.arrived();
    if (this.arrivals.observed) this.arrivals.next(link);
    else this.discard(link);
  }

  private release(link: NumberedLink): void {
    if (this.links[link.id] !== link) return;
    this.links[link.id] = undefined;
    this.free = [...this.free, link.id];
    this.freedAt[link.id] = this.options.scheduler.now();
  }

  private lossOf(frame: Frame): Loss<NumberedLink> | undefined {
    if (!('link' in frame) || frame.link === undefined) return lossOf<NumberedLink>(frame, undefined, false);
    const freedAt = this.freedAt[frame.link] ?? -Infinity;
    return lossOf(frame, this.links[frame.link], this.options.scheduler.now() - freedAt < trailing);
  }

  /** Runs what has to be done before a link is opened. */
  private prepare(link: NumberedLink, preparation: Exchange<unknown>): Observable<never> {
    return this.options.executor
      .run(preparation, ({ end, isAwaited }) => {
        if (end !== 'done' || !isAwaited) this.giveBack(link);
      })
      .pipe(ignoreElements());
  }

  /** Takes care of a link by what became of its start, whether or not somebody waits for it. */
  private settle(link: NumberedLink, settlement: Settlement<unknown>): void {
    switch (openingOf(settlement, link)) {
      case 'opened':
        if (!settlement.isAwaited) this.discard(link);
        break;
      case 'takenByClient':
        if (link instanceof Link) this.welcome(link);
        else this.discard(link);
        break;
      case 'unknown':
        this.discard(link);
        break;
      case 'refused':
        this.giveBack(link);
        break;
    }
  }

  /** The link was not opened; the modem may have been prepared for it. */
  private giveBack(link: NumberedLink): void {
    if (this.links[link.id] !== link) return;
    this.release(link);
    this.cleanUp(this.settled());
  }

  private clear(link: NumberedLink, reset = false): Observable<unknown> {
    const isAnothers = () => (this.links[link.id] ?? link) !== link;
    const isGone = () => link.isGone || isAnothers();
    const exchange = reset ? breakOffExchange(link.id, isGone, this.reception) : closeExchange(link.id, isGone);
    return this.options.executor.run(exchange).pipe(
      // Refused when the peer was first, and that is as good.
      catchError(() => of(undefined)),
      finalize(() => {
        link.finish();
      }),
    );
  }

  private settled(): Observable<never> {
    return this.options.executor.run(this.reception.settle()).pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    );
  }
}
