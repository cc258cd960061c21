import { AsyncSubject, filter, type Observable, Subject } from 'rxjs';

import type { BufferStatus } from '../exchanges/bufferStatus';

/** Bytes that are being put into the send buffer of a link, or are in it. */
export interface Segment {
  /** In bytes. */
  readonly length: number;
  /** Completes when the peer has acknowledged it. Errors when the link has ended before. */
  readonly acknowledged$: Observable<never>;
}

interface Entry extends Segment {
  /** Whether the modem has taken the bytes. */
  isTaken: boolean;
  /** Its number, if that is known. */
  number: number | undefined;
  readonly acknowledged$: AsyncSubject<never>;
}

/**
 * - `changed`: other bytes are under way than before.
 * - `doubted`: the modem has said something that does not fit, so that it has to be asked.
 * - A segment that the modem could not deliver. It may still be delivered after all.
 */
export type SegmentNews = 'changed' | 'doubted' | Segment;

/**
 * The segments of one link that are not acknowledged, in their order. TCP acknowledges in this order, so the result of a
 * segment is also that of the segments before it, whose own results may have been lost.
 */
export class Segments {
  private readonly news = new Subject<SegmentNews>();
  private entries: readonly Entry[] = [];
  private next: number | undefined = undefined;
  /** The result of a segment that has come before its `Recv`. */
  private early: { readonly number: number; readonly ok: boolean } | undefined;

  /** Hot. */
  get news$(): Observable<SegmentNews> {
    return this.news.asObservable();
  }

  /** Emits after each change. */
  get changes$(): Observable<unknown> {
    return this.news.pipe(filter((news) => news === 'changed'));
  }

  /** How many bytes are not acknowledged. */
  get bytes(): number {
    return this.entries.reduce((sum, { length }) => sum + length, 0);
  }

  /** How many segments are not acknowledged. */
  get count(): number {
    return this.entries.length;
  }

  /** Whether all bytes are acknowledged. */
  get isIdle(): boolean {
    return this.entries.length === 0;
  }

  /** Whether the modem has taken bytes that are not acknowledged. */
  get isWaiting(): boolean {
    return this.entries.some(({ isTaken }) => isTaken);
  }

  /** The number that the modem will give the next segment, if that is known. */
  get expected(): number | undefined {
    return this.next;
  }

  has(segment: Segment): boolean {
    return this.entries.includes(segment as Entry);
  }

  /** A segment is going to be put into the buffer. */
  begin(length: number): Segment {
    const entry: Entry = { length, acknowledged$: new AsyncSubject<never>(), isTaken: false, number: undefined };
    this.entries = [...this.entries, entry];
    this.early = undefined;
    return entry;
  }

  /**
   * Nothing of the segment has been put into the buffer.
   *
   * @param isCounted Whether the modem may have given it a number.
   */
  withdraw(segment: Segment, isCounted: boolean): void {
    if (isCounted) this.next = undefined;
    this.drop((entry) => entry === segment);
    this.news.next('changed');
  }

  /** The modem has taken the bytes, and has given them this number. */
  taken(segment: Segment, number: number | undefined): void {
    const entry = segment as Entry;
    entry.isTaken = true;
    entry.number = number;
    this.next = number === undefined ? undefined : number + 1;
    const { early } = this;
    this.early = undefined;
    if (early && early.number === number) this.ended(early.number, early.ok);
    else this.news.next('changed');
  }

  /** The modem has said what has become of a segment. */
  ended(number: number, ok: boolean): void {
    const waiting = this.entries.filter(({ isTaken }) => isTaken);
    const found = waiting.find((entry) => entry.number === number);
    if (!found) {
      const isOld = this.next !== undefined && number < this.next;
      if (this.entries.length > waiting.length) this.early = { number, ok };
      else if (!isOld || waiting.some((entry) => entry.number === undefined)) this.news.next('doubted');
    } else if (ok) {
      this.acknowledge(waiting.slice(0, waiting.indexOf(found) + 1));
    } else {
      this.news.next(found);
    }
  }

  /**
   * The modem has said which segments are acknowledged. A segment without a number has the one that its place implies.
   *
   * @returns How many bytes the buffer holds, by what the modem says.
   */
  compare({ next, acknowledged, room }: BufferStatus): number {
    const waiting = this.entries.filter(({ isTaken }) => isTaken);
    const done = waiting.filter(({ number }, at) => (number ?? next - waiting.length + at) <= acknowledged);
    this.next = this.next === undefined || this.next === next ? next : undefined;
    this.acknowledge(done);
    return room + this.bytes;
  }

  /** The link has ended. No more results come. */
  fail(error: unknown): void {
    const { entries } = this;
    this.entries = [];
    for (const { acknowledged$ } of entries) acknowledged$.error(error);
    this.news.next('changed');
  }

  private acknowledge(done: readonly Entry[]): void {
    if (done.length === 0) return;
    this.drop((entry) => done.includes(entry));
    for (const { acknowledged$ } of done) acknowledged$.complete();
    this.news.next('changed');
  }

  private drop(isDropped: (entry: Entry) => boolean): void {
    this.entries = this.entries.filter((entry) => !isDropped(entry));
  }
}
