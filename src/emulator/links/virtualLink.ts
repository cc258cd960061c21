import { BehaviorSubject, type Observable, type SchedulerLike, Subject, Subscription } from 'rxjs';

import type { Endpoint } from '../network/network';
import { NetworkPath } from '../network/networkPath';
import type { Inbox } from './inbox';

/** What a link carries: `SSL` is TLS over TCP, as `AT+CIPSTART` calls it. */
export type LinkKind = 'TCP' | 'UDP' | 'SSL';

export interface LinkIdentity {
  readonly id: number;
  readonly kind: LinkKind;
  /** Whether the peer is a client of the modem's server. */
  readonly server: boolean;
  /** The peer as the host knows it, not where the host table leads. */
  readonly remote: Endpoint;
}

/** How far away a peer is. */
export interface Distance {
  readonly scheduler: SchedulerLike;
  /** In milliseconds. */
  readonly roundTrip: number;
}

/** One of the modem's five numbered connections. */
export abstract class VirtualLink {
  readonly id: number;
  readonly kind: LinkKind;
  readonly server: boolean;
  abstract readonly remote: Endpoint;
  abstract readonly localPort: number;
  abstract readonly inbox: Inbox;
  /** Bytes that the peer has not acknowledged. */
  abstract readonly unsent: number;

  /** Whether the peer has ended. The host may not have got everything that it sent yet. */
  ended = false;
  /** Whether a notice has been printed, and no read has followed it. */
  announced = false;
  /** Whether data have been left to wait when passive receive was turned off. */
  keepsWaiting = false;
  /** Whether a read is being answered, so that no notice is printed now. */
  reading = false;
  /**
   * Whether the host has not learned yet that the peer has its bytes. The end of the peer is reported after that, in
   * the real order.
   */
  acknowledging = false;
  /** Bytes received and sent. */
  readonly traffic = { received: 0, sent: 0 };
  /** The buffered sends of NonOS: the last segment taken, and the last one acknowledged. */
  readonly segments = { taken: 0, sent: 0 };

  private readonly held = new BehaviorSubject(false);
  /** Whether bytes wait, because a send before them has failed, and is repeated later if at all; replays it. */
  readonly held$ = this.held.asObservable();
  private readonly activity = new Subject<void>();
  /** Emits when bytes are sent or received. */
  readonly activity$ = this.activity.asObservable();
  private readonly gone = new Subject<void>();
  /** Emits when the link is gone. */
  readonly gone$ = this.gone.asObservable();

  protected readonly outgoing: NetworkPath;
  protected readonly incoming: NetworkPath;
  protected readonly subscriptions = new Subscription();

  constructor({ id, kind, server }: LinkIdentity, { scheduler, roundTrip }: Distance) {
    this.outgoing = new NetworkPath(scheduler, roundTrip / 2);
    this.incoming = new NetworkPath(scheduler, roundTrip / 2);
    this.id = id;
    this.kind = kind;
    this.server = server;
  }

  /** Takes what the peer sends, and calls back at every change. Called once. */
  abstract start(changed: () => void): void;

  /**
   * Completes when the peer has acknowledged the bytes, before any answer to them arrives; for UDP when they have been
   * sent. Errors when they cannot be sent.
   */
  abstract send(bytes: Buffer, to?: Endpoint): Observable<never>;

  abstract close(abort: boolean): void;

  get isHeld(): boolean {
    return this.held.value;
  }

  hold(isHeld: boolean): void {
    this.held.next(isHeld);
  }

  /** Whether {@link gone$} has a subscriber. */
  get awaited(): boolean {
    return this.gone.observed;
  }

  tellGone(): void {
    this.gone.next();
  }

  protected touch(): void {
    this.activity.next();
  }

  protected stop(): void {
    this.outgoing.clear();
    this.incoming.clear();
    this.subscriptions.unsubscribe();
    this.activity.complete();
  }
}
