import type { SchedulerLike } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';

/** Milliseconds after the end of a link in which its data may still come. */
const trailing = 10_000;

/** The modem's five link numbers: who has which, which one is given out next, and when each was last heard of. */
export class LinkNumbers<T extends { readonly id: number }> {
  private readonly owners: (T | undefined)[] = [];
  /**
   * From 4 down, because the modem gives incoming connections the lowest. A number rests as long as it can, because AT 1.x
   * may say `CLOSED` a while after a connection has failed.
   */
  private free = [4, 3, 2, 1, 0];
  private readonly freedAt: (number | undefined)[] = [];
  private readonly lastHeard: (number | undefined)[] = [];

  constructor(private readonly scheduler: SchedulerLike) {}

  /** The link that has this number. */
  at(id: number): T | undefined {
    return this.owners[id];
  }

  /** The links that have numbers now. */
  get links(): readonly T[] {
    return this.owners.filter((link) => link !== undefined);
  }

  /** The number that is given out next. Throws `EMFILE` when there is none. */
  get next(): number {
    const [id] = this.free;
    if (id !== undefined) return id;
    throw new OSError('EMFILE', 'connect', 'connect: all five links of the modem are in use; close a socket first');
  }

  /** Gives a link its number, whoever had it before. */
  take<U extends T>(link: U): U {
    this.free = this.free.filter((other) => other !== link.id);
    this.owners[link.id] = link;
    return link;
  }

  release(id: number): void {
    this.owners[id] = undefined;
    this.free = [...this.free, id];
    this.freedAt[id] = this.scheduler.now();
  }

  /** Whether the last data of a link that had this number may still come. */
  isTrailing(id: number): boolean {
    return this.scheduler.now() - (this.freedAt[id] ?? -Infinity) < trailing;
  }

  /** Data of this number have come, or were announced. */
  heard(id: number): void {
    this.lastHeard[id] = this.scheduler.now();
  }

  /** When {@link heard} was last called; `-Infinity` before that. */
  heardAt(id: number): number {
    return this.lastHeard[id] ?? -Infinity;
  }

  /** What was heard until now proves nothing any more. */
  forgetHeard(): void {
    this.lastHeard.length = 0;
  }
}
