/** What a marble has as plain numbers. */
export interface MarbleNumbers {
  /** Milliseconds since the first event of the session. */
  readonly time: number;
  /** The number of its lane. */
  readonly lane: number;
  /** The number of its kind. */
  readonly kind: number;
  /** 0 to 4, or -1. */
  readonly link: number;
  readonly size: number;
  /** The number of its socket, or 0. */
  readonly socket: number;
  /** The place of its text. */
  readonly text: number;
  /** Where its bytes are, or -1. */
  readonly bytesAt: number;
}

/** The first room, in marbles. It doubles until the limit. */
const firstRoom = 1024;

/**
 * Marbles in columns, in the order of their times. Each has a number, counted from 0, which it keeps. The columns are a ring:
 * when it is full, the oldest marbles must leave before others come.
 */
export class MarbleColumns {
  /** The number of the oldest marble that is held, and one more than that of the latest. */
  first = 0;
  end = 0;

  private times = new Float64Array(0);
  private bytesPlaces = new Float64Array(0);
  private texts = new Uint32Array(0);
  private sizes = new Uint32Array(0);
  private partners = new Int32Array(0);
  private sockets = new Uint32Array(0);
  private lanes = new Uint8Array(0);
  private kinds = new Uint8Array(0);
  private links = new Int8Array(0);
  private room = 0;

  /** @param limit How many marbles are held at most. */
  constructor(private readonly limit: number) {}

  get isFull(): boolean {
    return this.end - this.first >= this.limit;
  }

  has(number: number): boolean {
    return number >= this.first && number < this.end;
  }

  time(number: number): number {
    return this.times[number % this.room] ?? 0;
  }

  bytesAt(number: number): number {
    return this.bytesPlaces[number % this.room] ?? -1;
  }

  lane(number: number): number {
    return this.lanes[number % this.room] ?? 0;
  }

  text(number: number): number {
    return this.texts[number % this.room] ?? 0;
  }

  size(number: number): number {
    return this.sizes[number % this.room] ?? 0;
  }

  socket(number: number): number {
    return this.sockets[number % this.room] ?? 0;
  }

  kind(number: number): number {
    return this.kinds[number % this.room] ?? 0;
  }

  link(number: number): number {
    return this.links[number % this.room] ?? -1;
  }

  /** The number of the marble that it belongs to: the end of a span for its beginning, and the other way round. */
  partner(number: number): number | undefined {
    const distance = this.partners[number % this.room] ?? 0;
    return distance !== 0 && this.has(number + distance) ? number + distance : undefined;
  }

  setPartner(number: number, partner: number): void {
    this.partners[number % this.room] = partner - number;
  }

  /** Adds a marble, and returns its number. */
  push(marble: MarbleNumbers): number {
    if (this.end === this.room && this.room < this.limit) this.grow();
    const number = this.end++;
    const place = number % this.room;
    this.times[place] = marble.time;
    this.bytesPlaces[place] = marble.bytesAt;
    this.lanes[place] = marble.lane;
    this.texts[place] = marble.text;
    this.sizes[place] = marble.size;
    this.sockets[place] = marble.socket;
    this.kinds[place] = marble.kind;
    this.links[place] = marble.link;
    this.partners[place] = 0;
    return number;
  }

  /** Nothing has been overwritten yet, so the place of a marble is its number. */
  private grow(): void {
    this.room = Math.min(this.limit, Math.max(firstRoom, this.room * 2));
    this.times = larger(this.times, new Float64Array(this.room));
    this.bytesPlaces = larger(this.bytesPlaces, new Float64Array(this.room));
    this.lanes = larger(this.lanes, new Uint8Array(this.room));
    this.texts = larger(this.texts, new Uint32Array(this.room));
    this.sizes = larger(this.sizes, new Uint32Array(this.room));
    this.partners = larger(this.partners, new Int32Array(this.room));
    this.sockets = larger(this.sockets, new Uint32Array(this.room));
    this.kinds = larger(this.kinds, new Uint8Array(this.room));
    this.links = larger(this.links, new Int8Array(this.room));
  }
}

type Column = Float64Array | Uint32Array | Int32Array | Uint8Array | Int8Array;

function larger<C extends Column>(column: C, into: C): C {
  into.set(column);
  return into;
}
