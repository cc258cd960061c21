import { defer, EMPTY, type Observable, type SchedulerLike, Subject, timer } from 'rxjs';

import type { LineAdvice } from '../../streams';
import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import type { Dialect } from '../commands/dialect';
import type { Executor } from '../executor/executor';
import type { LineHold } from '../flow/lineHold';
import type { Frame } from '../grammar/frame';
import type { LineReference } from '../line/lineReference';
import { AdaptiveReceive } from './adaptive/adaptiveReceive';
import { ReceiveMode, type Way } from './adaptive/receiveMode';
import { pushForDatagrams } from './adaptive/receiveSwitch';
import type { Link } from './link';
import { LinkCleaner } from './linkCleaner';
import type { LinkContext } from './linkContext';
import type { LinkDetails } from './linkDetails';
import { LinkNumbers } from './linkNumbers';
import { type Loss, lossShownBy } from './loss';
import { openLink, type Start } from './openLink';
import { outliveNetwork } from './outliveNetwork';
import type { Polling } from './polling/pollTogether';
import { SendBuffer } from './sending/sendBuffer';
import { StatusPoll } from './statusPoll';
import { ModemStreamLink } from './streamLink';

export interface LinkTableOptions {
  readonly executor: Executor;
  readonly hold: LineHold;
  /** Whether the modem has an address. Without one, a refusal does not come from the peer. */
  readonly hasAddress: () => boolean;
  /** Whether the driver chooses how received data come. */
  readonly isAdaptive: boolean;
  readonly scheduler: SchedulerLike;
  /** The most milliseconds between two polls while a link is quiet; `Infinity` for no polls. */
  readonly longestQuiet: number;
  /** What keeps the program running while a link needs the modem. */
  readonly reference: LineReference;
  /** For messages about what the line has lost. */
  readonly advice: LineAdvice;
}

/** Milliseconds that a program waits until a link is closed, as long as for any command. */
const closePatience = 5_000;
const takenOver = 'the modem has given the number of this connection to a client: it has ended, and that was not heard';
const unknown: Endpoint = { address: '0.0.0.0', port: 0 };

/** The modem's five links: hands each frame to the link that has its number, and opens and ends links. */
export class LinkTable {
  readonly receiveMode: ReceiveMode;

  /** Connections that have come to the listening port. A connection is closed when there is no subscriber. */
  readonly arrivals$: Observable<ModemStreamLink>;
  /** Changes the receive mode as the readers need it; emits nothing. The owner subscribes once. */
  readonly adapting$: Observable<never>;
  /** Closes links that have no owner; emits nothing. The owner subscribes once. */
  readonly cleaning$: Observable<never>;
  /** Polls the modem now and then, while it is subscribed to, for the links that it has. Emits nothing. */
  readonly polling: Polling;

  private readonly numbers: LinkNumbers<Link>;
  private readonly cleaner: LinkCleaner;
  private readonly statusPoll: StatusPoll;
  private readonly adaptive: AdaptiveReceive;
  /** Whether a connection may have lost data, unless the modem has started again. */
  private isSuspicious = false;
  private pushedBlocks = 0;
  private readonly context: LinkContext;
  private readonly sendBuffer = new SendBuffer();
  private readonly arrivals = new Subject<ModemStreamLink>();
  private spoken: Dialect | undefined;

  constructor(private readonly options: LinkTableOptions) {
    const { executor, scheduler } = options;
    const numbers = new LinkNumbers<Link>(scheduler, options.reference);
    this.numbers = numbers;
    const streams = () => numbers.links.filter((link) => isPullable(link));
    const pushedBlocks = () => this.pushedBlocks;
    this.receiveMode = new ReceiveMode({
      isAdaptive: options.isAdaptive,
      needsDatagrams: () => this.some(({ kind }) => kind === 'datagrams'),
      pullAgain: () => {
        for (const { life } of numbers.links) life.pullAgain();
      },
      pushInOrder: (wire) => pushForDatagrams(wire, { receiveMode: this.receiveMode, streams, pushedBlocks }),
    });
    const { receiveMode } = this;
    const adaptive = new AdaptiveReceive({
      executor,
      receiveMode,
      scheduler,
      streams,
      pushedBlocks,
    });
    this.adaptive = adaptive;
    const dialect = () => this.dialect;
    const cleaner = new LinkCleaner(executor, numbers, receiveMode, dialect);
    this.cleaner = cleaner;
    this.statusPoll = new StatusPoll({
      ...options,
      receiveMode,
      numbers,
      isListening: () => this.isListening,
      discovered: (id) => {
        this.discover(id);
      },
    });
    this.arrivals$ = this.arrivals.asObservable();
    this.adapting$ = options.isAdaptive ? adaptive.adapting$ : EMPTY;
    this.cleaning$ = this.cleaner.running$;
    this.polling = this.statusPoll.polling;
    this.context = {
      ...options,
      receiveMode,
      adaptive,
      sendBuffer: this.sendBuffer,
      dialect,
      polling: this.polling,
      patience$: timer(closePatience, scheduler),
      free: (life) => {
        if (numbers.at(life.id)?.life === life) numbers.release(life.id);
      },
      discard: (life, reset, before$) => {
        cleaner.discard(life, reset, before$);
      },
      run: (operation$) => {
        cleaner.run(operation$);
      },
      adjustMode: () => {
        cleaner.adjustMode();
      },
      updateNeed: () => {
        numbers.updateNeed();
      },
    };
  }

  /** The modem has been set up, and speaks this dialect. */
  begin(dialect: Dialect): void {
    this.spoken = dialect;
    this.isSuspicious = false;
    this.receiveMode.begin(dialect);
    this.sendBuffer.begin(dialect);
  }

  /** The dialect of the modem; `undefined` until it has been set up. */
  get dialect(): Dialect | undefined {
    return this.spoken;
  }

  /**
   * Hands a frame to its link. A payload that belongs to no link is dropped. A link that may have lost data gets no
   * more.
   *
   * @returns Whether the frame makes sense.
   */
  route(frame: Frame): boolean {
    const loss = this.lossShownBy(frame);
    if (loss) {
      this.isSuspicious ||= this.some(({ kind, life }) => kind === 'stream' && life.isOpen);
      if (loss.others) for (const { life } of this.numbers.links) life.doubt(loss.how);
      loss.doubted?.life.doubt(loss.how);
      loss.damaged?.life.damaged(loss.how);
      return false;
    }
    switch (frame.kind) {
      case 'block': {
        const life = this.numbers.at(frame.link)?.life;
        // A pulled block that comes before the link is open belongs to the link that had its number before.
        if (!frame.pulled || life?.hasOpened) life?.received(frame);
        if (!frame.pulled) this.pushedBlocks++;
        this.numbers.heard(frame.link);
        break;
      }
      case 'notice':
        this.numbers.heard(frame.link);
        this.numbers.at(frame.link)?.life.noticed(frame.length);
        break;
      case 'segment': {
        const link = this.numbers.at(frame.link);
        if (link?.kind === 'stream') link.segmentEnded(frame.segment, frame.ok);
        this.numbers.heard(frame.link);
        break;
      }
      case 'opened':
        this.opened(frame.link);
        break;
      case 'closed':
        this.numbers.at(frame.link)?.life.closed();
        break;
    }
    return true;
  }

  /** The modem has not started again. Links that may have lost data fail, and the modem is polled for the others. */
  confirmDoubts(): Observable<never> {
    return defer(() => {
      if (this.isSuspicious) this.adaptive.distrust();
      for (const { life } of this.numbers.links) life.confirmDoubt();
      return this.statusPoll.once$;
    });
  }

  /** Ends the links that do not outlive a loss of the network; see {@link outliveNetwork}. */
  outliving(isUp$: Observable<boolean>): Observable<never> {
    const { numbers, statusPoll, options } = this;
    return outliveNetwork(isUp$, { numbers, poll$: statusPoll.once$, scheduler: options.scheduler });
  }

  /** The modem is about to leave its network. The links that it ends then have not been ended by their peers. */
  cutOff(): void {
    for (const { life } of this.numbers.links) life.cutOff();
  }

  /** How received data come now. */
  get way(): Way {
    return this.receiveMode.canPull(false) ? this.receiveMode.way : 'pushed';
  }

  /** The links in use, for people. */
  get details(): readonly LinkDetails[] {
    return this.numbers.links.map(({ details }) => details);
  }

  /** How many of the five links are in use. */
  get used(): number {
    return this.numbers.links.length;
  }

  /** Whether there is a link of that kind. */
  some(isIt: (link: Link) => boolean): boolean {
    return this.numbers.links.some(isIt);
  }

  /** The modem has started again, or is gone. */
  loseAll(error: OSError): void {
    for (const { life } of this.numbers.links) life.lost(error);
  }

  /** Opens a link, emits it and completes; the subscriber then owns it. Unsubscribing before that gives it up. */
  open<T extends Link>(start: Start<T>): Observable<T> {
    return openLink(start, {
      context: this.context,
      numbers: this.numbers,
      cleaner: this.cleaner,
      isListening: () => this.isListening,
      clientCame: (link) => {
        if (link.kind === 'stream') this.welcome(link);
        else this.cleaner.discard(link.life);
      },
    });
  }

  /** Runs an operation in the background. */
  cleanUp(operation$: Observable<unknown>): void {
    this.cleaner.run(operation$);
  }

  /** Closes a link that has no owner. */
  discard({ life }: Link): void {
    this.cleaner.discard(life);
  }

  private get isListening(): boolean {
    return this.arrivals.observed;
  }

  private opened(id: number): void {
    const life = this.numbers.at(id)?.life;
    if (life?.mayConnect && (!life.hasOpened || !this.isListening)) {
      life.opened();
      return;
    }
    // The modem has given the number to a client. Here the number was only reserved, or its connection has been closed
    // (AT 1.7 then forgets the data that it still held), or the `CLOSED` of its connection was lost.
    if (life?.isGone) life.finish();
    else if (life?.hasOpened) life.lost(new OSError('ECONNRESET', 'modem', takenOver));
    this.arrive(id);
  }

  /**
   * The `CONNECT` of a link was lost, and with it the data that have been pushed since. A link that may have lost data
   * is closed.
   */
  private discover(id: number): void {
    if (this.isListening && !this.receiveMode.mayPush(false)) this.arrive(id);
    else this.cleaner.discard(this.takeClient(id).life);
  }

  private arrive(id: number): void {
    this.welcome(this.takeClient(id));
  }

  private takeClient(id: number): ModemStreamLink {
    return this.numbers.take(new ModemStreamLink(id, unknown, this.context));
  }

  private welcome(link: ModemStreamLink): void {
    link.arrived();
    if (this.isListening) this.arrivals.next(link);
    else this.cleaner.discard(link.life);
  }

  private lossShownBy(frame: Frame): Loss<Link> | undefined {
    if (!('link' in frame) || frame.link === undefined) return lossShownBy<Link>(frame, undefined, false);
    return lossShownBy(frame, this.numbers.at(frame.link), this.numbers.isTrailing(frame.link));
  }
}

/** Whether the modem can hold the data of a link back, and has opened it. */
function isPullable(link: Link): link is ModemStreamLink {
  return link.kind === 'stream' && link.bytes.way.canPull && (link.life.isOpen || link.life.isDraining);
}
