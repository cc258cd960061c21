import type { SchedulerLike } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { LineReference } from '../line/lineReference';

/** The data of a link may still come up to this many milliseconds after its end. */
const trailing = 10_000;

/**
 * The modem's five link numbers: which link has which, which one is given out next, and when data last came on each.
 */
export class LinkNumbers<T extends { readonly id: number; readonly isReferenced: boolean }> {
  private readonly owners: (T | undefined)[] = [];
  /**
   * From 4 down, because the modem gives the lowest ones to incoming connections. The number that was freed last is
   * used last, because AT 1.x may say `CLOSED` some time after a connection has failed.
   */
  private free = [4, 3, 2, 1, 0];
  private readonly freedAt: (number | undefined)[] = [];
  private readonly lastHeard: (number | undefined)[] = [];
  private endNeed: (() => void) | undefined;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly reference: Pick<LineReference, 'need'>,
  ) {}

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

  /** Gives a link its number, even if another link still has it. */
  take<U extends T>(link: U): U {
    this.free = this.free.filter((other) => other !== link.id);
    this.owners[link.id] = link;
    this.updateNeed();
    return link;
  }

  release(id: number): void {
    this.owners[id] = undefined;
    this.free = [...this.free, id];
    this.freedAt[id] = this.scheduler.now();
    this.updateNeed();
  }

  /** The modem is needed as long as there is a link that keeps the program running. */
  updateNeed(): void {
    if (this.owners.some((link) => link?.isReferenced)) {
      this.endNeed ??= this.reference.need();
    } else {
      this.endNeed?.();
      this.endNeed = undefined;
    }
  }

  /** Whether data of a link that had this number until now may still come. */
  isTrailing(id: number): boolean {
    return this.scheduler.now() - (this.freedAt[id] ?? -Infinity) < trailing;
  }

  /** Data with this number have come, or were announced. */
  heard(id: number): void {
    this.lastHeard[id] = this.scheduler.now();
  }

  /** When {@link heard} was last called; `-Infinity` before that. */
  heardAt(id: number): number {
    return this.lastHeard[id] ?? -Infinity;
  }

  /** Data that have come until now no longer prove that a link is open. */
  forgetHeard(): void {
    this.lastHeard.length = 0;
  }
}
