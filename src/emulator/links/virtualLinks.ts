import {
  BehaviorSubject,
  combineLatest,
  concat,
  defer,
  finalize,
  first,
  map,
  mergeMap,
  type Observable,
  of,
} from 'rxjs';

import type { Platform } from '../firmware/platform';
import type { Connection, Endpoint } from '../network/network';
import { dial } from './dial';
import type { Inbox } from './inbox';
import { LinkDelivery } from './linkDelivery';
import { LinkMessages } from './linkMessages';
import { TcpLink } from './tcpLink';
import { UdpLink, type UdpMode } from './udpLink';
import type { Distance, LinkIdentity, VirtualLink } from './virtualLink';

/** How many links a modem has. */
export const linkCount = 5;

/** The modem's links by number: how they are opened, and how they end. */
export class VirtualLinks {
  readonly messages: LinkMessages;
  readonly delivery: LinkDelivery;
  /** Whether a link has been open since the start. `CIPSTATUS` shows it. */
  everOpened = false;
  private readonly table: (VirtualLink | undefined)[] = Array.from({ length: linkCount }, () => undefined);
  /** Unread data of closed links, which NonOS keeps until the number is used again. */
  private readonly leftovers = new Map<number, Inbox>();
  private readonly opening = new Set<number>();
  /** Numbers of links that never opened, whose `CLOSED` has yet to come. */
  private readonly failed = new Set<number>();
  private readonly frozen$ = new BehaviorSubject(false);

  constructor(private readonly platform: Platform) {
    this.messages = new LinkMessages(platform);
    this.delivery = new LinkDelivery(platform, {
      table: this.table,
      messages: this.messages,
      isFrozen: () => this.frozen$.value,
      finish: (link) => this.finish(link),
    });
  }

  get open(): readonly VirtualLink[] {
    return this.table.filter((link) => link !== undefined);
  }

  get(id: number): VirtualLink | undefined {
    return this.table[id];
  }

  /** Whether a number is in use, even if only by an attempt to connect. */
  isUsed(id: number): boolean {
    return this.table[id] !== undefined || this.opening.has(id);
  }

  /** The lowest free number, which the firmware gives to clients. */
  lowestFree(): number | undefined {
    for (let id = 0; id < linkCount; id++) if (!this.isUsed(id) && !this.failed.has(id)) return id;
    return undefined;
  }

  /** Data that can be read from a number: of an open link, or left by a closed one. */
  unread(id: number): Inbox | undefined {
    return this.table[id]?.inbox ?? this.leftovers.get(id);
  }

  /**
   * Connects and emits the link. Errors with a NetworkError. Prints nothing.
   *
   * @param online Whether the station has joined a network. Without one, no host can be reached.
   */
  connect(id: number, kind: 'TCP' | 'SSL', remote: Endpoint, online: boolean): Observable<VirtualLink> {
    const { memory, personality } = this.platform;
    return defer(() => {
      this.opening.add(id);
      const { serverName = '' } = memory.settings.ofLinks[id] ?? {};
      const name = serverName === '' ? undefined : serverName;
      return dial(this.platform, { remote, tls: kind === 'SSL', serverName: name, online }).pipe(
        map((connection) => {
          const identity = { id, kind, server: false, remote };
          return this.add(new TcpLink(identity, connection, personality, this.distance(remote)));
        }),
        finalize(() => this.opening.delete(id)),
      );
    });
  }

  /** Binds a UDP port and emits the link. Errors with a NetworkError. Prints nothing. */
  bind(id: number, remote: Endpoint, wanted: number, mode: UdpMode): Observable<VirtualLink> {
    const { internet, options, personality, random } = this.platform;
    const identity: LinkIdentity = { id, kind: 'UDP', server: false, remote };
    return defer(() => {
      const localPort = wanted || random.integer(2048, 65_000);
      const standIn = wanted === 0 ? 0 : (options.ports[wanted] ?? wanted);
      const linkOptions = { internet, mode, localPort, window: personality.window };
      return options.network
        .bind(standIn)
        .pipe(map((port) => this.add(new UdpLink(identity, port, linkOptions, this.distance(remote)))));
    });
  }

  /** Starts the data of a new link, after the host has learned of the link. */
  begin(link: VirtualLink): void {
    link.start(() => this.delivery.pump());
  }

  /** Gives a client of the server a link and tells the host. Returns `undefined` if no number is free. */
  accept(connection: Connection): VirtualLink | undefined {
    const id = this.lowestFree();
    if (id === undefined) return undefined;
    const { remote } = connection;
    const { output, personality, report } = this.platform;
    const identity: LinkIdentity = { id, kind: 'TCP', server: true, remote };
    const link = new TcpLink(identity, connection, personality, this.distance(remote));
    this.enter(link);
    report.tell('link', `link ${id}: a client from ${remote.address}:${remote.port}`);
    if (!this.delivery.silent) output.unsolicited(this.messages.connected(link));
    this.begin(link);
    return link;
  }

  /** Sends on a link. Waits while Wi-Fi is lost, and while the bytes before these are to be sent again. */
  send(link: VirtualLink, bytes: Buffer, to?: Endpoint): Observable<never> {
    const free$ = combineLatest([this.frozen$, link.held$]).pipe(first(([frozen, held]) => !frozen && !held));
    // Directly if nothing waits, because nothing may come between the end of a send and its subscriber.
    return defer(() =>
      this.frozen$.value || link.isHeld ? free$.pipe(mergeMap(() => link.send(bytes, to))) : link.send(bytes, to),
    );
  }

  /** Closes a link because the host asks for it. The caller prints the message. */
  close(link: VirtualLink): void {
    this.platform.output.flush();
    this.reportClosed(link, 'by the host');
    this.remove(link, this.platform.memory.settings.ofLinks[link.id]?.linger === 0);
  }

  /** Ends a link for another reason, and tells the host. */
  finish(link: VirtualLink): void {
    const { output, personality } = this.platform;
    const waits = link.keepsWaiting || this.delivery.isPassive(link);
    const keep = !link.inbox.empty && waits && !personality.closeAfterRead;
    const { silent } = this.delivery;
    this.reportClosed(link, link.ended ? 'by the peer' : 'by the modem');
    this.forget(link, false);
    if (keep) this.leftovers.set(link.id, link.inbox);
    if (personality.sendFailFirst) link.tellGone();
    if (!silent) output.unsolicited(this.messages.closed(link.id));
    if (link.awaited) output.flush();
    if (!personality.sendFailFirst) link.tellGone();
  }

  /** Closes all links and tells the host of each. */
  closeAll(): void {
    for (const link of this.open) this.finish(link);
  }

  /** Breaks all links off without a message to the host, as in a reset. */
  drop(): void {
    for (const link of this.open) {
      this.reportClosed(link, 'by a restart');
      this.remove(link, true);
    }
    this.leftovers.clear();
    this.opening.clear();
    this.delivery.setPassthrough(undefined);
    this.everOpened = false;
    this.frozen$.next(false);
  }

  /** While Wi-Fi is lost, links may survive, but no data pass on them. */
  freeze(frozen: boolean): void {
    this.frozen$.next(frozen);
    this.delivery.pump();
  }

  /** The `CLOSED` of a link that never opened, a moment after the `ERROR`. Until then, no client gets the number. */
  closedLate(id: number): Observable<string> {
    return defer(() => {
      this.failed.add(id);
      return concat(this.platform.delays.after('failedClose'), of(this.messages.closed(id)));
    }).pipe(finalize(() => this.failed.delete(id)));
  }

  /** After a read: prints the next notice, and the `CLOSED` that has waited for the read. */
  afterRead(id: number): void {
    const link = this.table[id];
    if (link !== undefined) {
      link.reading = false;
      link.announced = false;
    } else if (this.leftovers.get(id)?.empty === true) {
      this.leftovers.delete(id);
    }
    this.delivery.pump();
  }

  private distance({ address }: Endpoint): Distance {
    const { scheduler, delays, internet } = this.platform;
    return { scheduler, roundTrip: delays.draw('roundTrip') + internet.delay(address) };
  }

  private add<T extends TcpLink | UdpLink>(link: T): T {
    this.enter(link);
    const { report, internet } = this.platform;
    const where = internet.describe(link.remote, link.kind === 'UDP' ? 'udp' : 'tcp');
    report.tell('link', `link ${link.id}: ${link.kind} to ${where}`);
    return link;
  }

  private enter(link: VirtualLink): void {
    this.table[link.id] = link;
    this.everOpened = true;
    this.leftovers.delete(link.id);
  }

  private reportClosed({ id, traffic }: VirtualLink, how: string): void {
    const { received, sent } = traffic;
    this.platform.report.tell('link', `link ${id}: closed ${how}; ${received} bytes came, ${sent} went`);
  }

  private remove(link: VirtualLink, abort: boolean): void {
    this.forget(link, abort);
    link.tellGone();
  }

  private forget(link: VirtualLink, abort: boolean): void {
    if (this.table[link.id] === link) this.table[link.id] = undefined;
    this.delivery.forget(link);
    link.close(abort);
  }
}
