import {
  BehaviorSubject,
  concat,
  defer,
  filter,
  finalize,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  take,
  tap,
  throwError,
  timeout,
} from 'rxjs';

import type { Core } from '../firmware/platform';
import type { Protocol } from '../network/internet';
import type { Block, Inbox } from './inbox';
import { type Link, type LinkKind, StreamLink, UdpLink, type UdpMode, type Way } from './virtualLink';
import { type Connection, type Endpoint, NetworkError } from '../network/network';

export const linkCount = 5;

/** Printed bytes beyond which no more payload is taken from the peers: the modem's UART buffer. */
const uartBuffer = 2048;

/** What the encryption of a TLS record adds, in bytes. */
const recordOverhead = 29;

/** The table of links: opening, closing, and telling the host what comes on them. */
export class Links {
  /** The link in passthrough, whose bytes go to the host as they are. */
  private raw: Link | undefined;
  private readonly table: (Link | undefined)[] = Array.from({ length: linkCount }, () => undefined);
  /** Data of links that have closed unread, which NonOS keeps until the number is used again. */
  private readonly leftovers = new Map<number, Inbox>();
  private readonly opening = new Set<number>();
  /** Numbers of links that never opened, whose `CLOSED` is on its way. */
  private readonly failed = new Set<number>();
  private readonly frozen$ = new BehaviorSubject(false);
  /** Whose block is next, if there is one: the number behind that of the last. Not by calls, of which some take none. */
  private turn = 0;
  private pumping = false;
  private again = false;
  /** Whether a link has ever been open: `CIPSTATUS` tells. */
  used = false;

  constructor(private readonly core: Core) {}

  get open(): readonly Link[] {
    return this.table.filter((link) => link !== undefined);
  }

  get(id: number): Link | undefined {
    return this.table[id];
  }

  /** Whether a number is taken, be it by an attempt to connect. */
  taken(id: number): boolean {
    return this.table[id] !== undefined || this.opening.has(id);
  }

  /** The lowest free number, as the firmware gives to clients. */
  lowestFree(): number | undefined {
    for (let id = 0; id < linkCount; id++) if (!this.taken(id) && !this.failed.has(id)) return id;
    return undefined;
  }

  /** Data that can be read from a number: of an open link, or left by a closed one. */
  unread(id: number): Inbox | undefined {
    return this.table[id]?.inbox ?? this.leftovers.get(id);
  }

  /** What a passive link is said to hold: of TLS the encrypted bytes, more than can ever be read. */
  announcedLength(link: Link): number {
    const { length } = link.inbox;
    return length > 0 && link.kind === 'SSL' ? length + recordOverhead : length;
  }

  isPassive(link: Link): boolean {
    return this.core.memory.settings.passive && (link.kind === 'TCP' || this.core.personality.passiveAll);
  }

  /**
   * Connects; emits the link once. Errors with a NetworkError. Nothing is printed.
   *
   * @param online The station has joined a network; without one, nobody can be reached.
   */
  connect(id: number, kind: 'TCP' | 'SSL', remote: Endpoint, online: boolean): Observable<Link> {
    const { connectTimeout: first } = this.core.options;
    const { delays, scheduler, personality } = this.core;
    const unanswered$ = throwError(
      () => new NetworkError('unreachable', `no answer from ${remote.address}:${remote.port}`),
    );
    return defer(() => {
      this.opening.add(id);
      return (online ? this.dial(id, kind, remote) : NEVER).pipe(
        timeout({ first, scheduler, with: () => unanswered$ }),
        mergeMap((connection) => {
          let added = false;
          const add = (): [Link] => {
            added = true;
            return [
              this.add(new StreamLink({ id, kind, server: false, remote }, connection, personality, this.way(remote))),
            ];
          };
          const abandon = (): void => {
            if (!added) connection.abort();
          };
          const distance$ = delays.wait(this.core.internet.delay(remote.address));
          return concat(delays.after('connect'), distance$, defer(add)).pipe(finalize(abandon));
        }),
        finalize(() => this.opening.delete(id)),
      );
    });
  }

  /** Binds a UDP port; emits the link once. */
  bind(id: number, remote: Endpoint, wanted: number, mode: UdpMode): Observable<Link> {
    const { internet, options, personality, random } = this.core;
    const identity = { id, kind: 'UDP' as LinkKind, server: false, remote };
    return defer(() => {
      const localPort = wanted || random.integer(2048, 65_000);
      const real = wanted === 0 ? 0 : (options.ports[wanted] ?? wanted);
      return options.network
        .bind(real)
        .pipe(
          map((port) =>
            this.add(new UdpLink(identity, port, internet, mode, localPort, personality.window, this.way(remote))),
          ),
        );
    });
  }

  /** Lets data come on a new link: once the host has been told of it, so that none are told ahead of it. */
  begin(link: Link): void {
    link.start(() => this.pump());
  }

  /** Takes a client of the server in, and tells the host. */
  accept(connection: Connection): Link | undefined {
    const id = this.lowestFree();
    if (id === undefined) return undefined;
    const identity = { id, kind: 'TCP' as LinkKind, server: true, remote: connection.remote };
    const link = new StreamLink(identity, connection, this.core.personality, this.way(connection.remote));
    this.table[id] = link;
    this.used = true;
    this.leftovers.delete(id);
    const { address, port } = connection.remote;
    this.core.report.tell('link', `link ${id}: a client from ${address}:${port}`);
    if (!this.silent) this.core.output.unsolicited(this.connectText(link));
    this.begin(link);
    return link;
  }

  /** Sends on a link; waits while Wi-Fi is away. */
  send(link: Link, bytes: Buffer, to?: Endpoint): Observable<never> {
    const thawed$ = this.frozen$.pipe(
      filter((frozen) => !frozen),
      take(1),
    );
    // Without a detour where there is none: nothing may come between the end of a send and what is made of it.
    return defer(() =>
      this.frozen$.value ? thawed$.pipe(mergeMap(() => link.send(bytes, to))) : link.send(bytes, to),
    );
  }

  /** Closes from this side. Its text is the caller's to print. */
  close(link: Link): void {
    this.core.output.flush();
    this.tellClosed(link, 'by the host');
    this.remove(link, this.core.memory.settings.ofLinks[link.id]?.linger === 0);
  }

  /** Ends a link without the host having asked for it, and tells. */
  finish(link: Link): void {
    const { output, personality } = this.core;
    const keep = !link.inbox.empty && this.isPassive(link) && !personality.closeAfterRead;
    const silent = this.silent;
    this.tellClosed(link, link.ended ? 'by the peer' : 'by the modem');
    this.forget(link, false);
    if (keep) this.leftovers.set(link.id, link.inbox);
    if (personality.sendFailFirst) link.tellGone();
    if (!silent) output.unsolicited(this.closedText(link.id));
    if (link.awaited) output.flush();
    if (!personality.sendFailFirst) link.tellGone();
  }

  /** Closes all, telling the host of each. */
  closeAll(): void {
    for (const link of this.open) this.finish(link);
  }

  /** Closes all without a word, as a reset does. */
  drop(): void {
    for (const link of this.open) {
      this.tellClosed(link, 'by a restart');
      this.remove(link, true);
    }
    this.leftovers.clear();
    this.opening.clear();
    this.raw = undefined;
    this.used = false;
    this.frozen$.next(false);
  }

  /** Nothing comes or goes while Wi-Fi is away, though the links may survive it. */
  freeze(frozen: boolean): void {
    this.frozen$.next(frozen);
    this.pump();
  }

  /** Makes one link's bytes go to the host as they are, or none's. */
  setRaw(link: Link | undefined): void {
    this.raw = link;
    this.pump();
  }

  connectText(link: Link): string {
    const { mux, messages } = this.core.memory.settings;
    if ((messages & 2) !== 0) {
      const { id, kind, remote, localPort } = link;
      const server = link.server ? 1 : 0;
      return `+LINK_CONN:0,${id},"${kind}",${server},"${remote.address}",${remote.port},${localPort}\r\n`;
    }
    return mux ? `${link.id},CONNECT\r\n` : 'CONNECT\r\n';
  }

  /** The `CLOSED` of a link that never opened, a moment after the `ERROR`. It frees the number: no client has it before. */
  closedLate(id: number): Observable<string> {
    return defer(() => {
      this.failed.add(id);
      return concat(this.core.delays.after('failedClose'), of(this.closedText(id)));
    }).pipe(finalize(() => this.failed.delete(id)));
  }

  closedText(id: number): string {
    return this.core.memory.settings.mux ? `${id},CLOSED\r\n` : 'CLOSED\r\n';
  }

  /** `,address,port` where the host wants to know and the firmware tells. */
  source(from: Endpoint): string {
    return this.core.memory.settings.source ? this.core.personality.sourceAddress(from.address, from.port) : '';
  }

  /** The notice that follows a read, and a close that waited for it. */
  afterRead(id: number): void {
    const link = this.table[id];
    if (link !== undefined) {
      link.reading = false;
      link.announced = false;
    } else if (this.leftovers.get(id)?.empty === true) {
      this.leftovers.delete(id);
    }
    this.pump();
  }

  /** Tells the host what there is to tell, as far as the line can take it; the links take turns. */
  pump(): void {
    // Printing may make the host write, and that may bring us here again.
    this.again = true;
    if (this.pumping) return;
    this.pumping = true;
    while (this.again && !this.frozen$.value) {
      this.again = false;
      const first = this.turn;
      for (let step = 0; step < linkCount; step++) {
        const link = this.table[(first + step) % linkCount];
        if (link !== undefined) this.serve(link);
      }
    }
    this.pumping = false;
  }

  /** Passthrough swallows messages about links unless told otherwise. */
  private get silent(): boolean {
    return this.raw !== undefined && (this.core.memory.settings.messages & 4) === 0;
  }

  private dial(id: number, kind: 'TCP' | 'SSL', remote: Endpoint): Observable<Connection> {
    const { delays, internet, memory, options, report } = this.core;
    const route = internet.route(remote, 'tcp');
    this.hintUnlessKnown(remote, 'tcp');
    if (route === 'unreachable') return NEVER;
    const { serverName = '' } = memory.settings.ofLinks[id] ?? {};
    const name = serverName === '' ? undefined : serverName;
    if (route !== 'refused') {
      const nobody = `${internet.describe(remote, 'tcp')}, and nobody listens there`;
      return options.network.connect(route, kind === 'SSL', name).pipe(
        tap({
          error: (cause: unknown) => {
            if (cause instanceof NetworkError && cause.reason === 'refused') report.hint({ message: nobody });
          },
        }),
      );
    }
    const refused$ = throwError(() => new NetworkError('refused', `${remote.address}:${remote.port} refuses`));
    return concat(delays.after('connect'), delays.wait(internet.delay(remote.address)), refused$);
  }

  /** A place that nobody has spoken of is worth a word. */
  hintUnlessKnown(place: Endpoint, protocol: Protocol): void {
    const { internet, report } = this.core;
    if (!internet.knows(place, protocol)) report.hint({ message: internet.unknown(place.address) });
  }

  private way({ address }: Endpoint): Way {
    const { scheduler, delays, internet } = this.core;
    return { scheduler, roundTrip: delays.draw('roundTrip') + internet.delay(address) };
  }

  private add<T extends StreamLink | UdpLink>(link: T): T {
    this.table[link.id] = link;
    this.used = true;
    this.leftovers.delete(link.id);
    const { report, internet } = this.core;
    const where = internet.describe(link.remote, link.kind === 'UDP' ? 'udp' : 'tcp');
    report.tell('link', `link ${link.id}: ${link.kind} to ${where}`);
    return link;
  }

  private serve(link: Link): void {
    if (link === this.raw) this.passOn(link);
    else if (this.isPassive(link)) this.announce(link);
    else this.deliver(link);
    const isDue = link.ended && !link.acknowledging && this.mayFinish(link);
    if (isDue && this.table[link.id] === link) this.finish(link);
  }

  private passOn(link: Link): void {
    const block = this.nextBlock(link);
    if (block === undefined) return;
    this.core.output.print(block.bytes);
    this.again = true;
  }

  private deliver(link: Link): void {
    const block = this.nextBlock(link);
    if (block === undefined) return;
    // What a notice told of before passive receive was turned off goes here, too: the next data are new.
    link.announced = false;
    const head = `\r\n+IPD,${this.label(link)}${block.bytes.length}${this.source(block.from)}:`;
    // One print: nothing ever comes between a header and its payload.
    this.turn = (link.id + 1) % linkCount;
    this.core.output.unsolicited(Buffer.concat([Buffer.from(head, 'latin1'), block.bytes]));
    this.again = true;
  }

  private nextBlock(link: Link): Block | undefined {
    if (this.raw !== undefined && link !== this.raw) return undefined;
    if (this.core.output.backlog >= uartBuffer) return undefined;
    return link.inbox.block(this.core.personality.block);
  }

  private announce(link: Link): void {
    const notice = (length: number): void => this.core.output.unsolicited(`\r\n+IPD,${this.label(link)}${length}\r\n`);
    if (this.core.personality.noticeEachArrival) {
      // One after the other: a fast host reads inside a notice, and the next one must know.
      for (let length = link.inbox.admit(); length !== undefined; length = link.inbox.admit()) notice(length);
      return;
    }
    while (link.inbox.admit() !== undefined);
    if (link.announced || link.reading || link.inbox.length === 0) return;
    link.announced = true;
    notice(this.announcedLength(link));
  }

  private label(link: Link): string {
    return this.core.memory.settings.mux ? `${link.id},` : '';
  }

  private mayFinish(link: Link): boolean {
    if (!this.isPassive(link) || link === this.raw) return link.inbox.empty;
    if (this.core.personality.closeAfterRead) return link.inbox.empty && !link.reading;
    return link.inbox.complete;
  }

  private tellClosed({ id, traffic }: Link, how: string): void {
    this.core.report.tell('link', `link ${id}: closed ${how}; ${traffic.came} bytes came, ${traffic.went} went`);
  }

  private remove(link: Link, abort: boolean): void {
    this.forget(link, abort);
    link.tellGone();
  }

  private forget(link: Link, abort: boolean): void {
    if (this.table[link.id] === link) this.table[link.id] = undefined;
    if (this.raw === link) this.raw = undefined;
    link.close(abort);
  }
}
