import { firstPlace } from './numberQueue';

/** Something that lasts, such as an open link. */
export interface Band {
  readonly from: number;
  /** `Infinity` while it lasts. */
  readonly to: number;
  readonly text: string;
  /** Why it ended, if that was a failure. */
  readonly failure?: string;
}

/** How many are held. */
const limit = 20_000;

/** Bands one after the other, of which the last one may still last. */
export class Bands {
  private bands: Band[] = [];

  /** @param shortest A band is none before it has lasted this long, in milliseconds. */
  constructor(private readonly shortest = 0) {}

  get length(): number {
    return this.bands.length;
  }

  /** The band that still lasts. */
  get open(): Band | undefined {
    const last = this.bands.at(-1);
    return last?.to === Infinity ? last : undefined;
  }

  /** Begins a band, and ends the one before. */
  begin(from: number, text: string): void {
    this.end(from);
    this.bands.push({ from, to: Infinity, text });
    // Half of them go at once, so that this costs nothing most times.
    if (this.bands.length > limit) this.bands = this.bands.slice(limit / 2);
  }

  /** Ends the band that lasts. */
  end(to: number, failure?: string): void {
    const { open } = this;
    if (!open) return;
    this.bands.pop();
    if (to - open.from < this.shortest) return;
    this.bands.push({ ...open, to, ...(failure !== undefined && { failure }) });
  }

  /** Says why the last band failed, which may be known only after its end. */
  fail(failure: string): void {
    const last = this.bands.pop();
    if (last) this.bands.push({ ...last, failure });
  }

  /** The first band that ends at this time or later. */
  endingFrom(time: number): Band | undefined {
    return this.bands[firstPlace(this.bands.length, (index) => (this.bands[index]?.to ?? 0) >= time)];
  }

  /** Visits the bands of a time, and of several that begin within one `grain` only the first one. */
  visit(from: number, to: number, grain: number, visitor: (band: Band) => void): void {
    const { bands } = this;
    let place = firstPlace(bands.length, (index) => (bands[index]?.to ?? 0) >= from);
    for (let band = bands[place]; band && band.from <= to; band = bands[place]) {
      if (Math.min(band.to, to) - band.from >= this.shortest) visitor(band);
      const end = Math.max(band.to, band.from + grain);
      place = firstPlace(bands.length, (index) => (bands[index]?.to ?? 0) > end, place + 1);
    }
  }
}
