import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeAll,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  Subject,
  take,
  tap,
  throwError,
  timeout,
} from 'rxjs';

import type { ErrorCode } from '../../usocket/errno';
import type { DatagramLink, Endpoint, StreamOptions, StreamSettings } from '../../usocket/nic';
import { OSError } from '../../usocket/osError';
import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import { Refusal } from '../executor/answer';
import { ask, type Exchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';
import type { Wire } from '../executor/wire';
import type { Frame } from '../grammar/frame';
import { checkDatagramAddress, datagramError, isPortInUse, ModemDatagramLink, portInUse } from './datagramLink';
import { closeExchange } from './exchanges';
import { Link } from './link';
import type { LinkContext, NumberedLink } from './numberedLink';
import { Reception } from './reception';

/** Milliseconds: the modem itself gives up after 18 to 75 s. */
const startDeadline = 60_000;
/** A refusal that comes sooner (milliseconds) is the peer's word; one that comes later is the modem's patience at its end. */
const quickRefusal = 3_000;
/** Milliseconds that the modem has, after an attempt, to say which links it has. */
const statusDeadline = 5_000;

/** What the modem says when it has a connection of that number already. ESP-AT says nothing, and is asked. */
const alreadyConnected = 'ALREADY CONNECTED';

/** Ports that nobody has by agreement, for sockets that ask for any. */
const dynamicPorts = { first: 49_152, last: 65_535 };
/** How many more of them are tried when the modem does not take one. */
const portTries = 3;

type MakeLink<T> = (id: number, context: LinkContext) => T;

/** How one kind of link is opened. */
interface Start<T> {
  readonly make: MakeLink<T>;
  readonly command: (link: T) => Command;
  /** What has to be done first. */
  readonly prepare?: Exchange<unknown>;
  /** Makes the error of a start that failed, after so many milliseconds. */
  readonly failure: (cause: unknown, milliseconds: number) => unknown;
}

export interface LinkTableOptions {
  readonly executor: Executor;
  /** Whether the modem has an address: a refusal is not the peer's word otherwise. */
  readonly hasAddress: () => boolean;
}

/** The modem's five links: hands each frame to the connection that has its number, and opens new ones. */
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
  private nextPort = dynamicPorts.first;

  private readonly cleanups = new Subject<Observable<never>>();
  private readonly arrivals = new Subject<Link>();

  constructor(private readonly options: LinkTableOptions) {
    this.reception = new Reception({
      needsDatagrams: () => this.links.some((link) => link instanceof ModemDatagramLink),
      pullAgain: () => {
        for (const link of this.links) link?.pullAgain();
      },
    });
    this.arrivals$ = this.arrivals.asObservable();
    this.cleaning$ = this.cleanups.pipe(mergeAll());
  }

  /** Hands a frame to its link. What belongs to none is dropped: a payload is never taken for anything else. */
  route(frame: Frame): void {
    switch (frame.kind) {
      case 'block':
        this.links[frame.link]?.received(frame);
        break;
      case 'notice':
        this.links[frame.link]?.noticed(frame.length);
        break;
      case 'opened':
        if (this.links[frame.link]) this.links[frame.link]?.opened();
        else this.arrive(frame.link);
        break;
      case 'closed':
        this.links[frame.link]?.closed();
        break;
    }
  }

  /** The modem has started again, or is gone. */
  loseAll(error: OSError): void {
    for (const link of [...this.links]) link?.lost(error);
  }

  /** See {@link Nic.openStream}. */
  open(remote: Endpoint, { keepAlive = 0, noDelay }: StreamOptions = {}): Observable<Link> {
    const { address, port } = remote;
    return this.start({
      make: (id, context) => new Link(id, remote, context),
      command: ({ id }) => common.startStream(id, address, port, keepAlive),
      failure: (cause, milliseconds) => this.startError(remote, cause, milliseconds),
    }).pipe(concatMap((link) => (noDelay === undefined ? of(link) : this.configured(link, { noDelay }))));
  }

  /** See {@link Nic.openDatagram}. */
  openDatagram(local: Endpoint): Observable<DatagramLink> {
    return defer(() => {
      checkDatagramAddress(local);
      const port = local.port === 0 ? this.unusedPort() : local.port;
      const taken = this.links.some((link) => link instanceof ModemDatagramLink && link.local.port === port);
      if (taken) throw portInUse(port, 'another socket of this program has it');
      return this.start({
        make: (id, context) => new ModemDatagramLink(id, port, context),
        command: ({ id }) => common.startDatagrams(id, port),
        prepare: this.reception.settle(),
        failure: (cause) => datagramError(cause, port, this.options.hasAddress()),
      });
    }).pipe(
      retry({
        count: local.port === 0 ? portTries : 0,
        delay: (error: unknown) => (isPortInUse(error) ? of(true) : throwError(() => error)),
      }),
    );
  }

  private start<T extends NumberedLink>({ make, command, prepare, failure }: Start<T>): Observable<T> {
    return defer(() => {
      let link: T | undefined;
      return defer(() => {
        const reserved = (link = this.reserve(make));
        const { executor } = this.options;
        return concat(
          prepare ? executor.run(prepare).pipe(ignoreElements()) : EMPTY,
          defer(() => executor.run(this.startExchange(reserved, command(reserved)))),
        ).pipe(
          tap({
            unsubscribe: () => {
              this.abandon(reserved);
            },
          }),
        );
      }).pipe(
        // Our table is wrong, the modem's is right: its connection goes, and another number is tried, once.
        retry({
          count: 1,
          delay: (error: unknown) => (isStale(error) && link ? this.clear(link) : throwError(() => error)),
        }),
        catchError((cause: unknown) => throwError(() => failure(cause, link?.tookToStart ?? 0))),
      );
    });
  }

  /** Emits the link when its settings are in force; one that cannot have them is closed. */
  private configured(link: Link, settings: StreamSettings): Observable<Link> {
    const discard = () => {
      this.discard(link);
    };
    return concat(link.configure(settings), of(link)).pipe(tap({ error: discard, unsubscribe: discard }));
  }

  private unusedPort(): number {
    const { first, last } = dynamicPorts;
    const port = this.nextPort;
    this.nextPort = port === last ? first : port + 1;
    return port;
  }

  private reserve<T extends NumberedLink>(make: MakeLink<T>): T {
    const [id] = this.free;
    if (id === undefined) {
      throw new OSError('EMFILE', 'connect', 'connect: all five links of the modem are in use; close a socket first');
    }
    return this.take(id, make);
  }

  private take<T extends NumberedLink>(id: number, make: MakeLink<T>): T {
    this.free = this.free.filter((other) => other !== id);
    const link = make(id, {
      executor: this.options.executor,
      reception: this.reception,
      hasAddress: this.options.hasAddress,
      free: (freed) => {
        this.release(freed);
      },
      discard: (unwanted) => {
        this.discard(unwanted);
      },
      settle: () => {
        this.cleanUp(this.settled());
      },
    });
    this.links[id] = link;
    return link;
  }

  private arrive(id: number): void {
    const link = this.take(id, (number, context) => new Link(number, { address: '0.0.0.0', port: 0 }, context));
    link.arrived();
    if (this.arrivals.observed) this.arrivals.next(link);
    else this.discard(link);
  }

  private release(link: NumberedLink): void {
    if (this.links[link.id] !== link) return;
    this.links[link.id] = undefined;
    this.free = [...this.free, link.id];
  }

  private startExchange<T extends NumberedLink>(link: T, command: Command): Exchange<T> {
    return {
      shown: command.shown,
      deadline: startDeadline + statusDeadline,
      converse: (wire, scheduler) => {
        let begun = scheduler.now();
        link.begun = true;
        // A busy modem has not begun.
        const watchingBusy$ = wire.frames$.pipe(
          tap(({ kind }) => {
            if (kind === 'busy') begun = scheduler.now();
          }),
          ignoreElements(),
        );
        return merge(ask(wire, scheduler, command), watchingBusy$).pipe(
          take(1),
          map(() => {
            // AT 1.x has been seen to say `OK` to a start that failed.
            if (!link.hasOpened) throw new Refusal(command.shown, 'ERROR', ['OK without CONNECT']);
            return link;
          }),
          timeout({
            first: startDeadline,
            scheduler,
            with: () => throwError(() => new Unanswered(command.shown, startDeadline)),
          }),
          catchError((cause: unknown) => {
            link.tookToStart = scheduler.now() - begun;
            return cause instanceof Refusal && cause.lines.length === 0
              ? this.explain(wire, scheduler, link, cause)
              : throwError(() => cause);
          }),
          tap({
            next: () => {
              if (link.abandoned) this.discard(link);
            },
            error: (cause: unknown) => {
              // Unanswered, it may still come to be.
              if (cause instanceof Unanswered || link.isOpen) this.discard(link);
              else this.release(link);
            },
          }),
        );
      },
    };
  }

  /** A bare `ERROR` is the word of the peer, or of a modem that has a connection of this number: it says which it has. */
  private explain(wire: Wire, scheduler: SchedulerLike, { id }: NumberedLink, refusal: Refusal): Observable<never> {
    return ask(wire, scheduler, common.status).pipe(
      timeout({
        first: statusDeadline,
        scheduler,
        with: () => throwError(() => new Unanswered(common.status.shown, statusDeadline)),
      }),
      catchError((error: unknown) => (error instanceof Refusal ? of([]) : throwError(() => error))),
      map((lines) => {
        const isTaken = lines.some((line) => line.startsWith(`+CIPSTATUS:${String(id)},`));
        throw isTaken ? new Refusal(refusal.shown, refusal.result, [alreadyConnected]) : refusal;
      }),
    );
  }

  private startError({ address, port }: Endpoint, cause: unknown, milliseconds: number): unknown {
    if (cause instanceof Unanswered) {
      return new OSError('ETIMEDOUT', 'connect', `connect: ${address}:${String(port)}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof Refusal)) return cause;
    const [code, why] = this.reasonOf(cause, milliseconds);
    const message = `connect: ${address}:${String(port)} ${why} (${cause.message})`;
    return new OSError(code, 'connect', message, { cause });
  }

  private reasonOf({ lines }: Refusal, milliseconds: number): readonly [ErrorCode, string] {
    if (lines.includes(alreadyConnected)) return ['EIO', 'was not tried: the modem takes the link for one in use'];
    if (lines.includes('no ip') || !this.options.hasAddress()) {
      return ['ENETUNREACH', 'cannot be reached: the modem is not on a network; call nic.connect(ssid, key) first'];
    }
    return milliseconds < quickRefusal
      ? ['ECONNREFUSED', 'refused the connection; does the server run, and on this port?']
      : ['ETIMEDOUT', 'did not answer; is the address right, and in reach?'];
  }

  /** Nobody waits for the link any more. */
  private abandon(link: NumberedLink): void {
    if (link.begun) link.abandoned = true;
    else this.release(link);
  }

  /** Runs what nobody waits for. */
  cleanUp(operation$: Observable<unknown>): void {
    this.cleanups.next(operation$.pipe(ignoreElements()));
  }

  /** Closes a link that nobody has, or will have. */
  private discard(link: NumberedLink): void {
    this.cleanUp(concat(this.clear(link), this.settled()));
  }

  private settled(): Observable<never> {
    return this.options.executor.run(this.reception.settle()).pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    );
  }

  private clear(link: NumberedLink): Observable<unknown> {
    return this.options.executor.run(closeExchange(link.id)).pipe(
      // Refused when the peer was first, and that is as good.
      catchError(() => of(undefined)),
      finalize(() => {
        link.finish();
      }),
    );
  }
}

function isStale(error: unknown): boolean {
  return error instanceof Refusal && error.lines.includes(alreadyConnected);
}
