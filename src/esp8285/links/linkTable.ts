import {
  catchError,
  defer,
  finalize,
  ignoreElements,
  map,
  mergeAll,
  type Observable,
  of,
  retry,
  Subject,
  tap,
  throwError,
  timeout,
} from 'rxjs';

import type { Endpoint, StreamOptions } from '../../usocket/nic';
import { OSError } from '../../usocket/osError';
import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { ask, type Exchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';
import type { Frame } from '../grammar/frame';
import { closeExchange } from './exchanges';
import { Link } from './link';

/** Milliseconds: the modem itself gives up after 18 to 75 s. */
const startDeadline = 60_000;
/** A refusal that comes sooner (milliseconds) is the peer's word; one that comes later is the modem's patience at its end. */
const quickRefusal = 3_000;
/** Milliseconds: more than a modem at leisure takes to answer. */
const promptAnswer = 1_000;

export interface LinkTableOptions {
  readonly executor: Executor;
  /** Whether the modem has an address: a refusal is not the peer's word otherwise. */
  readonly hasAddress: () => boolean;
}

/** The modem's five links: hands each frame to the connection that has its number, and opens new ones. */
export class LinkTable {
  /** Most bytes of one passive read; 0 where the firmware pushes. Set when the dialect is known. */
  longestRead = 0;

  /** Closes what was given up while it was being opened; emits nothing. The owner subscribes once. */
  readonly cleaning$: Observable<never>;

  private readonly links: (Link | undefined)[] = [];
  /**
   * From 4 down, for the modem gives incoming connections the lowest; a number rests as long as it can, for AT 1.x may
   * say `CLOSED` a while after a connection has failed.
   */
  private free = [4, 3, 2, 1, 0];

  private readonly cleanups = new Subject<Observable<never>>();

  constructor(private readonly options: LinkTableOptions) {
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
        this.links[frame.link]?.opened();
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
      );
    });
  }

  private reserve(remote: Endpoint): Link {
    const [id, ...rest] = this.free;
    if (id === undefined) {
      throw new OSError('EMFILE', 'connect', 'connect: all five links of the modem are in use; close a socket first');
    }
    this.free = rest;
    const link = new Link(id, remote, {
      executor: this.options.executor,
      longestRead: this.longestRead,
      free: (freed) => {
        this.release(freed);
      },
    });
    this.links[id] = link;
    return link;
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
      deadline: startDeadline + promptAnswer,
      converse: (wire, scheduler) => {
        const begun = scheduler.now();
        link.begun = true;
        return ask(wire, scheduler, command).pipe(
          map(() => {
            // AT 1.x has been seen to say `OK` to a start that failed.
            if (!link.hasOpened) throw new Refusal(command, 'ERROR', ['OK without CONNECT']);
            return link;
          }),
          timeout({
            first: startDeadline,
            scheduler,
            with: () => throwError(() => new Unanswered(command.shown, startDeadline)),
          }),
          tap({
            next: () => {
              if (link.abandoned) this.discard(link);
            },
            error: (cause: unknown) => {
              // Unanswered, it may still come to be.
              if (cause instanceof Unanswered) this.discard(link);
              else this.release(link);
            },
          }),
          catchError((cause: unknown) => throwError(() => this.startError(link, cause, scheduler.now() - begun))),
        );
      },
    };
  }

  private startError({ remote: { address, port } }: Link, cause: unknown, milliseconds: number): unknown {
    if (cause instanceof Unanswered) {
      return new OSError('ETIMEDOUT', 'connect', `connect: ${address}:${String(port)}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof Refusal)) return cause;
    const [code, why] =
      cause.lines.includes('no ip') || !this.options.hasAddress()
        ? ([
            'ENETUNREACH',
            'cannot be reached: the modem is not on a network; call nic.connect(ssid, key) first',
          ] as const)
        : milliseconds < quickRefusal
          ? (['ECONNREFUSED', 'refused the connection; does the server run, and on this port?'] as const)
          : (['ETIMEDOUT', 'did not answer; is the address right, and in reach?'] as const);
    const message = `connect: ${address}:${String(port)} ${why} (${cause.message})`;
    return new OSError(code, 'connect', message, { cause });
  }

  /** Nobody waits for the link any more. */
  private abandon(link: Link): void {
    if (link.begun) link.abandoned = true;
    else this.release(link);
  }

  /** Closes a link that nobody has, or will have. */
  private discard(link: Link): void {
    this.cleanups.next(this.clear(link).pipe(ignoreElements()));
  }

  private clear(link: Link): Observable<unknown> {
    return this.options.executor.run(closeExchange(link.id)).pipe(
      catchError(() => of(undefined)),
      finalize(() => {
        this.release(link);
      }),
    );
  }
}

function isStale(error: unknown): boolean {
  return error instanceof OSError && error.cause instanceof Refusal && error.cause.lines.includes('ALREADY CONNECTED');
}
