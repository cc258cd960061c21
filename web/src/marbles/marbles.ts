import { type Observable, Subject } from 'rxjs';
import type { CallEvent, InterfaceState, WatchEvent } from 'rx-usocket/watch';

import { ByteRing } from './byteRing';
import { classify, type ShownEvent, type Sorted } from './classify';
import { MarbleColumns } from './columns';
import type { Lane, LaneSubject } from './lane';
import { LaneTable } from './laneTable';
import { LinkStory } from './linkStory';
import { kindNumber, kindOf, type MarbleKind, marbleKinds } from './marbleKinds';
import { SocketLanes } from './socketLanes';
import { Spans } from './spans';
import { TextTable } from './textTable';

/** How much is held at most. The oldest marbles make room. */
export interface MarbleLimits {
  readonly marbles: number;
  /** Bytes of payloads, which go before their marbles do. */
  readonly bytes: number;
  /** Characters of different texts. */
  readonly characters: number;
}

/** A page with all of this takes about 150 MB. */
const usualLimits: MarbleLimits = { marbles: 1_000_000, bytes: 32 * 1024 * 1024, characters: 16 * 1024 * 1024 };

/** A marble as the panels show it. */
export interface Marble {
  /** Counts from 0. */
  readonly number: number;
  /** Milliseconds since the session's first event. */
  readonly time: number;
  readonly kind: MarbleKind;
  readonly lane: LaneSubject;
  readonly link: number | undefined;
  readonly socket: number | undefined;
  readonly size: number;
  readonly text: string;
  /** The number of the marble at the other end of the span. */
  readonly partner: number | undefined;
}

/** The events of a session, as marbles on lanes. To take a batch costs what is in it, however many marbles there are. */
export class Marbles {
  /** Hot: something has come, or has gone. */
  readonly changed$: Observable<void>;
  readonly links: readonly LinkStory[] = [0, 1, 2, 3, 4].map(() => new LinkStory());

  private readonly changed = new Subject<void>();
  private readonly columns: MarbleColumns;
  private readonly table = new LaneTable();
  private readonly texts = new TextTable();
  private readonly bytes: ByteRing;
  private readonly spans: Spans;
  private readonly socketLanes = new SocketLanes();
  private latest = 0;

  /** @param since The time of an event, in milliseconds since the session's first one. */
  constructor(
    private readonly since: (time: number) => number,
    private readonly limits: MarbleLimits = usualLimits,
  ) {
    this.changed$ = this.changed.asObservable();
    this.columns = new MarbleColumns(limits.marbles);
    this.bytes = new ByteRing(limits.bytes);
    this.spans = new Spans(this.columns);
  }

  /** How many marbles are gone, which is also the number of the oldest one that is held. */
  get first(): number {
    return this.columns.first;
  }

  /** One more than the number of the latest marble. */
  get end(): number {
    return this.columns.end;
  }

  /** The lanes that have marbles, from above to below. */
  get lanes(): readonly Lane[] {
    return this.table.all;
  }

  take(batch: readonly WatchEvent[]): void {
    for (const event of batch) {
      // A line of time goes one way only, so that a time can be found in it. Clocks of two sides may differ a little.
      this.latest = Math.max(this.latest, this.since(event.time));
      if (event.type === 'state') this.takeState(event.state, this.latest);
      else this.add(event, this.latest);
    }
    if (batch.length > 0) this.changed.next();
  }

  has(number: number): boolean {
    return this.columns.has(number);
  }

  time(number: number): number {
    return this.columns.time(number);
  }

  kind(number: number): MarbleKind {
    return kindOf(this.columns.kind(number));
  }

  link(number: number): number {
    return this.columns.link(number);
  }

  size(number: number): number {
    return this.columns.size(number);
  }

  /** The place of the text, which is the same for the same text. */
  textPlace(number: number): number {
    return this.columns.text(number);
  }

  text(number: number): string {
    return this.texts.at(this.columns.text(number));
  }

  partner(number: number): number | undefined {
    return this.columns.partner(number);
  }

  lane(number: number): Lane | undefined {
    return this.table.at(this.columns.lane(number));
  }

  /** The name of a marble's lane. Of the sockets that have had the lane, it is that of the marble. */
  laneName(number: number): string {
    const socket = this.columns.socket(number);
    return socket === 0 ? (this.lane(number)?.name ?? '') : `Socket ${socket}`;
  }

  get(number: number): Marble | undefined {
    const lane = this.lane(number);
    if (!lane || !this.has(number)) return undefined;
    const link = this.link(number);
    const socket = this.columns.socket(number);
    return {
      number,
      time: this.time(number),
      kind: this.kind(number),
      lane: lane.subject,
      link: link < 0 ? undefined : link,
      socket: socket === 0 ? undefined : socket,
      size: this.size(number),
      text: this.text(number),
      partner: this.partner(number),
    };
  }

  /** The bytes of a marble, or the first ones of them, if it had some and they are still held. */
  bytesOf(number: number, most = Infinity): Uint8Array | undefined {
    const position = this.columns.bytesAt(number);
    if (position < 0 || !this.has(number)) return undefined;
    return this.bytes.read(position, Math.min(most, this.size(number)));
  }

  private add(event: ShownEvent, time: number): void {
    const sorted = classify(event);
    while (this.columns.isFull || this.texts.size > this.limits.characters) this.dropOldest();
    const lane = this.laneOf(event, sorted);
    const number = this.columns.push({
      time,
      lane: lane.id,
      kind: kindNumber(sorted.kind),
      link: sorted.link ?? -1,
      size: sorted.size,
      socket: event.type === 'call' ? event.socket : 0,
      text: this.texts.take(sorted.text),
      bytesAt: event.type === 'bytes' ? this.bytes.write(event.bytes) : -1,
    });
    lane.all.push(number);
    if (marbleKinds[sorted.kind].isError) lane.errors.push(number);
    if (event.type === 'said') this.tellLinks(sorted, number, time);
    else if (event.type === 'call') this.takeCall(event, number, time);
  }

  private laneOf(event: ShownEvent, sorted: Sorted): Lane {
    if (event.type === 'call') {
      const lane = this.table.of({ kind: 'socket', number: this.socketLanes.laneOf(event.socket) });
      lane.use(event.socket);
      return lane;
    }
    return this.table.of(this.spans.isAnswered(sorted) ? { kind: 'notices' } : sorted.subject);
  }

  private takeCall({ id, socket, link, stage, name, code }: CallEvent, number: number, time: number): void {
    this.spans.called(id, stage === 'begins', number);
    if (isClosing(name, stage)) this.socketLanes.close(socket);
    const isRead = stage === 'begins' && /^(recv|read)/.test(name);
    const failure = stage === 'fails' && code !== 'ETIMEDOUT' ? code : undefined;
    if (link !== undefined) this.links[link]?.called(id, isRead, time, failure);
  }

  private tellLinks(sorted: Sorted, number: number, time: number): void {
    const command = this.spans.said(sorted.kind, sorted.text, number);
    if (sorted.kind === 'booting' || sorted.kind === 'booted') {
      for (const link of this.links) link.ended(time, 'the modem started again');
    }
    if (sorted.link !== undefined) this.links[sorted.link]?.said(sorted, time);
    const isRefused = sorted.kind === 'refused';
    if (command !== undefined && isRefused) this.links[this.link(command)]?.answered(time, isRefused, sorted.text);
  }

  private takeState({ links }: InterfaceState, time: number): void {
    for (const [id, story] of this.links.entries())
      story.state(
        links.find((link) => link.id === id),
        time,
      );
  }

  private dropOldest(): void {
    const number = this.columns.first++;
    this.texts.release(this.columns.text(number));
    const lane = this.lane(number);
    lane?.all.dropBelow(number + 1);
    lane?.errors.dropBelow(number + 1);
  }
}

function isClosing(name: string, stage: CallEvent['stage']): boolean {
  return name === 'close' && stage !== 'begins';
}
