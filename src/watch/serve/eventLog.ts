import type { BytesEvent, StateEvent, WatchEvent } from '../events/watchEvent';

/** The most bytes of payloads that are kept. */
const mostPayload = 4 << 20;

/** How much is taken of a log at once: as many events, or as many bytes of payloads as this, if they are more than that. */
const mostAtOnce = { events: 500, payload: 64 << 10 } as const;

/** Where a reader of a log is. */
export interface Place {
  /** How many events are before it. */
  position: number;
  /** How many of these have bytes. */
  bytes: number;
}

/**
 * The last events of a program. It is bounded, and any number of readers read it, each at its own speed. A reader that is too
 * slow finds the number of events that it has missed in their place. What is told once, how the interface is doing, is not
 * missed.
 */
export class EventLog {
  private readonly kept: (WatchEvent | undefined)[] = [];
  private payload = 0;
  private end = 0;
  /** Of the events that are not kept any more. */
  private readonly dropped: Place = { position: 0, bytes: 0 };
  private droppedState: { readonly event: StateEvent; readonly position: number } | undefined;

  /** @param capacity How many events are kept. */
  constructor(private readonly capacity: number) {}

  /** How many events there have been. */
  get length(): number {
    return this.end;
  }

  push(event: WatchEvent): void {
    if (this.end - this.dropped.position === this.capacity) this.drop();
    this.kept[this.end % this.capacity] = event;
    this.end++;
    if (event.type !== 'bytes') return;
    this.payload += event.bytes.length;
    while (this.payload > mostPayload) this.drop();
  }

  /** Takes the next events from a place on, and moves the place behind them. There is none at the end. */
  take(place: Place, withBytes: boolean): readonly WatchEvent[] {
    const taken = this.takeMissed(place, withBytes);
    let payload = 0;
    while (place.position < this.end && taken.length < mostAtOnce.events && payload < mostAtOnce.payload) {
      const event = this.kept[place.position % this.capacity];
      place.position++;
      if (event?.type === 'bytes') {
        place.bytes++;
        if (!withBytes) continue;
        payload += event.bytes.length;
      }
      if (event) taken.push(event);
    }
    return taken;
  }

  /** What is told in the place of events that are not kept any more. */
  private takeMissed(place: Place, withBytes: boolean): WatchEvent[] {
    const { dropped, droppedState } = this;
    const told: WatchEvent[] = [];
    if (place.position >= dropped.position) return told;
    let count = dropped.position - place.position - (withBytes ? 0 : dropped.bytes - place.bytes);
    if (droppedState && droppedState.position >= place.position) {
      told.push(droppedState.event);
      count--;
    }
    Object.assign(place, dropped);
    const time = this.kept[dropped.position % this.capacity]?.time ?? droppedState?.event.time ?? 0;
    if (count > 0) told.push({ type: 'missed', time, count });
    return told;
  }

  private drop(): void {
    const { dropped } = this;
    const index = dropped.position % this.capacity;
    const event = this.kept[index];
    this.kept[index] = undefined;
    if (event?.type === 'state') this.droppedState = { event, position: dropped.position };
    if (event?.type === 'bytes') this.dropBytes(event);
    dropped.position++;
  }

  private dropBytes({ bytes }: BytesEvent): void {
    this.payload -= bytes.length;
    this.dropped.bytes++;
  }
}
