/** Something that is due at a time. */
export interface Due {
  readonly due: number;
  readonly run: () => void;
}

/** What is due, in the order of the times, and of being added where the times are the same. */
export class DueQueue {
  private readonly waiting: Due[] = [];

  get first(): Due | undefined {
    return this.waiting[0];
  }

  add(item: Due): void {
    this.waiting.splice(this.placeAfter(item.due), 0, item);
  }

  /** Returns whether it was there. */
  remove(item: Due): boolean {
    const at = this.waiting.indexOf(item);
    if (at >= 0) this.waiting.splice(at, 1);
    return at >= 0;
  }

  /** The place behind everything that is due by then. */
  private placeAfter(due: number): number {
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.waiting[middle]?.due ?? Infinity) <= due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
