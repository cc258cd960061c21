import {
  catchError,
  defer,
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
import type { Endpoint, StreamOptions } from '../../usocket/nic';
import { OSError } from '../../usocket/osError';
import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { ask, type Exchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';
import type { Wire } from '../executor/wire';
import type { Frame } from '../grammar/frame';
import { closeExchange } from './exchanges';
import { Link } from './link';

/** Milliseconds: the modem itself gives up after 18 to 75 s. */
const startDeadline = 60_000;
/** A refusal that comes sooner (milliseconds) is the peer's word; one that comes later is the modem's patience at its end. */
const quickRefusal = 3_000;
/** Milliseconds that the modem has, after an attempt, to say which links it has. */
const statusDeadline = 5_000;

/** What the modem says when it has a connection of that number already. ESP-AT says nothing, and is asked. */
const alreadyConnected = 'ALREADY CONNECTED';

export interface LinkTableOptions {
  readonly executor: Executor;
  /** Whether the modem has an address: a refusal is not the peer's word otherwise. */
  readonly hasAddress: () => boolean;
}

/** The modem's five links: hands each frame to the connection that has its number, and opens new ones. */
export class LinkTable {
  /** Most bytes of one passive read; 0 where the firmware pushes. Set when the dialect is known. */
  longestRead = 0;

  /** Connections that have come to the listening port. One that nobody takes is closed. */
  readonly arrivals$: Observable<Link>;
  /** Closes what was given up while it was being opened; emits nothing. The owner subscribes once. */
  readonly cleaning$: Observable<never>;

  private readonly links: (Link | undefined)[] = [];
  /**
   * From 4 down, for the modem gives incoming connections the lowest; a number rests as long as it can, for AT 1.x may
   * say `CLOSED` a while after a connection has failed.
   */
  private free = [4, 3, 2, 1, 0];

  private readonly cleanups = new Subject<Observable<never>>();
  private readonly arrivals = new Subject<Link>();

  constructor(private readonly options: LinkTableOptions) {
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
  open(remote: Endpoint, { keepAlive = 0 }: StreamOptions = {}): Observable<Link> {
    return defer(() => {
      let link: Link | undefined;
      return defer(() => {
        const reserved = (link = this.reserve(remote));
        return this.options.executor.run(this.startExchange(reserved, keepAlive)).pipe(
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
        catchError((cause: unknown) => throwError(() => this.startError(remote, cause, link?.tookToStart ?? 0))),
      );
    });
  }

  private reserve(remote: Endpoint): Link {
    const [id] = this.free;
    if (id === undefined) {
      throw new OSError('EMFILE', 'connect', 'connect: all five links of the modem are in use; close a socket first');
    }
    return this.take(id, remote);
  }

  private take(id: number, remote: Endpoint): Link {
    this.free = this.free.filter((other) => other !== id);
    const link = new Link(id, remote, {
      executor: this.options.executor,
      longestRead: this.longestRead,
      free: (freed) => {
        this.release(freed);
      },
      discard: (unwanted) => {
        this.discard(unwanted);
      },
    });
    this.links[id] = link;
    return link;
  }

  private arrive(id: number): void {
    const link = this.take(id, { address: '0.0.0.0', port: 0 });
    link.arrived();
    if (this.arrivals.observed) this.arrivals.next(link);
    else this.discard(link);
  }

  private release(link: Link): void {
    if (this.links[link.id] !== link) return;
    this.links[link.id] = undefined;
    this.free = [...this.free, link.id];
  }

  private startExchange(link: Link, keepAlive: number): Exchange<Link> {
    const { address, port } = link.remote;
    const command = common.startStream(link.id, address, port, keepAlive);
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
  private explain(wire: Wire, scheduler: SchedulerLike, { id }: Link, refusal: Refusal): Observable<never> {
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
  private abandon(link: Link): void {
    if (link.begun) link.abandoned = true;
    else this.release(link);
  }

  /** Runs what nobody waits for. */
  cleanUp(operation$: Observable<unknown>): void {
    this.cleanups.next(operation$.pipe(ignoreElements()));
  }

  /** Closes a link that nobody has, or will have. */
  private discard(link: Link): void {
    this.cleanUp(this.clear(link));
  }

  private clear(link: Link): Observable<unknown> {
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
