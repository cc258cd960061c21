import { Observable, type SchedulerLike, Subject, Subscription, throwError } from 'rxjs';

import { DatagramInbox, type Inbox, StreamInbox } from './inbox';
import type { Internet } from '../network/internet';
import { type Connection, type DatagramPort, type Endpoint, NetworkError } from '../network/network';
import { Path } from '../network/networkPath';
import type { Personality } from '../firmware/personality';

export type LinkKind = 'TCP' | 'UDP' | 'SSL';

/** One of the modem's five numbered connections. */
export interface Link {
  readonly id: number;
  readonly kind: LinkKind;
  /** A client of the modem's server. */
  readonly server: boolean;
  /** As the host knows it, not where the host table leads. */
  readonly remote: Endpoint;
  readonly localPort: number;
  readonly inbox: Inbox;
  /** Something came or went. */
  readonly activity$: Observable<void>;
  /** Emits when the link has gone. */
  readonly gone$: Observable<void>;
  /** Somebody wants to know when it goes. */
  readonly awaited: boolean;
  tellGone(): void;
  /** The peer has ended; what it sent may not all have been told. */
  readonly ended: boolean;
  /** A notice is out and has not been followed by a read. */
  announced: boolean;
  /** A read is being answered: no notice now. */
  reading: boolean;
  /** The peer has what was sent, and the host has yet to be told: the peer's end comes after it, as on the network. */
  acknowledging: boolean;
  /** Bytes that came and went. */
  readonly traffic: { came: number; went: number };
  /** NonOS' buffered sends: the last segment taken, and the last one acknowledged. */
  readonly segments: { taken: number; sent: number };
  /**
   * Completes when the peer has acknowledged the bytes, before anything that answers them is there, and for UDP when they
   * are on their way; errors when they cannot be sent.
   */
  send(bytes: Buffer, to?: Endpoint): Observable<never>;
  /** Bytes that have not been acknowledged. */
  readonly unsent: number;
  /** Takes what the peer sends, telling of every change; once. */
  start(changed: () => void): void;
  close(abort: boolean): void;
}

export interface LinkIdentity {
  readonly id: number;
  readonly kind: LinkKind;
  readonly server: boolean;
  readonly remote: Endpoint;
}

/** The network between the modem and a peer. */
export interface Way {
  readonly scheduler: SchedulerLike;
  /** There and back, in ms. */
  readonly roundTrip: number;
}

abstract class BaseLink {
  announced = false;
  reading = false;
  acknowledging = false;
  readonly traffic = { came: 0, went: 0 };
  readonly segments = { taken: 0, sent: 0 };
  ended = false;
  private readonly gone = new Subject<void>();
  readonly gone$ = this.gone.asObservable();
  readonly id: number;
  readonly kind: LinkKind;
  readonly server: boolean;
  private readonly activity = new Subject<void>();
  readonly activity$ = this.activity.asObservable();
  protected readonly subscriptions = new Subscription();

  protected readonly there: Path;
  protected readonly back: Path;

  constructor(identity: LinkIdentity, { scheduler, roundTrip }: Way) {
    this.there = new Path(scheduler, roundTrip / 2);
    this.back = new Path(scheduler, roundTrip / 2);
    this.id = identity.id;
    this.kind = identity.kind;
    this.server = identity.server;
  }

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
    this.there.clear();
    this.back.clear();
    this.subscriptions.unsubscribe();
    this.activity.complete();
  }
}

/** A TCP or TLS link over a connection of the machine. */
export class StreamLink extends BaseLink implements Link {
  readonly inbox: StreamInbox;
  readonly remote: Endpoint;
  readonly localPort: number;
  unsent = 0;

  constructor(
    identity: LinkIdentity,
    private readonly connection: Connection,
    { segment, window }: Personality,
    way: Way,
  ) {
    super(identity, way);
    this.remote = identity.remote;
    this.localPort = connection.localPort;
    this.inbox = new StreamInbox({
      from: identity.remote,
      segment,
      window,
      flow: (go) => (go ? connection.resume() : connection.pause()),
    });
  }

  /** Starts taking what the peer sends, and tells of every change. */
  start(changed: () => void): void {
    const end = (): void => {
      this.ended = true;
      changed();
    };
    this.subscriptions.add(
      this.connection.data$.subscribe({
        next: (bytes) => {
          this.inbox.expect(bytes.length);
          this.back.push(() => {
            this.inbox.push(bytes);
            this.traffic.came += bytes.length;
            this.touch();
            changed();
          });
        },
        complete: () => this.back.push(end),
        error: () => {
          // A reset takes back what it had acknowledged.
          this.acknowledging = false;
          this.back.push(end);
        },
      }),
    );
  }

  send(bytes: Buffer): Observable<never> {
    if (this.ended) return throwError(() => new NetworkError('reset', 'the peer has gone'));
    this.touch();
    this.unsent += bytes.length;
    this.traffic.went += bytes.length;
    const done = new Subject<never>();
    const settle = (tell: () => void): void => {
      this.unsent -= bytes.length;
      tell();
    };
    // Counted whether or not the caller waits. The peer's answer may be there as soon as the bytes are: it has
    // acknowledged them before.
    const arrive = (): void =>
      this.back.keepBack(() => {
        this.subscriptions.add(
          this.connection.write(bytes).subscribe({
            error: (error: unknown) => this.back.pushAhead(() => settle(() => done.error(error))),
            complete: () => this.back.pushAhead(() => settle(() => done.complete())),
          }),
        );
      });
    return new Observable((subscriber) => {
      const waiting = done.subscribe(subscriber);
      this.there.push(arrive);
      return waiting;
    });
  }

  close(abort: boolean): void {
    if (!abort) this.there.flush();
    this.stop();
    if (abort) this.connection.abort();
    else this.connection.end();
  }
}

/** How a UDP link follows its peer: 0 never, 1 the first stranger, 2 each. */
export type UdpMode = 0 | 1 | 2;

/** A UDP link over a port of the machine. */
export class UdpLink extends BaseLink implements Link {
  readonly inbox: DatagramInbox;
  readonly unsent = 0;
  readonly localPort: number;
  remote: Endpoint;
  private changes = 0;
  /** Where an answer comes from in the host's eyes, by where it really comes from. */
  private readonly disguises = new Map<string, Endpoint>();

  constructor(
    identity: LinkIdentity,
    private readonly port: DatagramPort,
    private readonly internet: Internet,
    private readonly mode: UdpMode,
    localPort: number,
    window: number,
    way: Way,
  ) {
    super(identity, way);
    this.remote = identity.remote;
    this.localPort = localPort;
    this.inbox = new DatagramInbox(window);
  }

  start(changed: () => void): void {
    this.subscriptions.add(
      this.port.datagrams$.subscribe({
        next: ({ bytes, from }) => {
          const source = this.disguises.get(`${from.address}:${from.port}`) ?? from;
          this.back.push(() => {
            this.inbox.push({ bytes, from: source });
            this.traffic.came += bytes.length;
            this.follow(source);
            this.touch();
            changed();
          });
        },
        error: () => undefined,
      }),
    );
  }

  send(bytes: Buffer, to: Endpoint = this.remote): Observable<never> {
    return new Observable((subscriber) => {
      const route = this.internet.route(to, 'udp');
      this.traffic.went += bytes.length;
      // Nobody tells the sender of a datagram that nobody is there.
      if (typeof route !== 'string' && route.port !== 0) {
        this.disguises.set(`${route.address}:${route.port}`, to);
        this.there.push(() => this.back.keepBack(() => this.port.send(bytes, route)));
        this.touch();
      }
      subscriber.complete();
    });
  }

  close(): void {
    this.there.flush();
    this.stop();
    this.port.close();
  }

  private follow(source: Endpoint): void {
    if (source.address === this.remote.address && source.port === this.remote.port) return;
    if (this.mode === 2 || (this.mode === 1 && this.changes === 0)) this.remote = source;
    this.changes++;
  }
}
