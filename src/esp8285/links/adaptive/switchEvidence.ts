/** What the modem has pushed on a link since it was told to push. */
export interface Pushed {
  readonly bytes: number;
  /** The length of the longest block. */
  readonly longest: number;
}

/** The bytes that wait on each link, by link number, as the modem says. */
export type Waiting = readonly (number | undefined)[];

/**
 * What becomes of the bytes that waited when the modem was told to push:
 * - `none`: nothing waits any more.
 * - `pushed`: the modem pushes what has waited, in order.
 * - `kept`: it keeps what has waited.
 * - `unknown`: what it has said so far fits both.
 */
export type Fate = 'none' | 'pushed' | 'kept' | 'unknown';

/** If only other links are pushed, a link whose data wait for this many questions is not pushed. */
const patience = 40;

/**
 * Finds out what a modem that was told to push does with data that waited. No document says it. It may push them, or keep
 * them until they are asked for; and then it may push later data before them, so the order depends on it.
 *
 * What is kept neither grows nor shrinks while later data are pushed. So a block that does not fit into the rest of the TCP
 * window cannot have come later.
 */
export class SwitchEvidence {
  private last: { readonly waiting: Waiting; readonly pushed: readonly number[]; readonly blocks: number } | undefined;
  private readonly unpushed: number[] = [];

  /**
   * @param before What waited before the modem was told.
   * @param window The most bytes that the modem holds for a link.
   */
  constructor(
    private readonly ids: readonly number[],
    private readonly before: Waiting,
    private readonly window: number,
  ) {}

  /**
   * Weighs what waits now, and what has been pushed until now.
   *
   * @param blocks The number of blocks that have been pushed on any link. While others are pushed, a link has to wait.
   */
  weigh(waiting: Waiting, pushedOn: (id: number) => Pushed, blocks: number): Fate {
    const { last } = this;
    const pushed = this.ids.map((id) => pushedOn(id).bytes);
    const isAnyPushed = blocks !== last?.blocks;
    let fate: Fate = 'none';
    for (const [at, id] of this.ids.entries()) {
      const now = waiting[id];
      const isPushed = pushed[at] !== last?.pushed[at];
      this.unpushed[at] = isPushed ? 0 : (this.unpushed[at] ?? 0) + 1;
      if (this.provesPushed(id, now, pushedOn(id), isPushed)) return 'pushed';
      if (now === 0) continue;
      const isKept = now !== undefined && last !== undefined && (!isAnyPushed || (this.unpushed[at] ?? 0) > patience);
      if (fate !== 'kept') fate = isKept ? 'kept' : 'unknown';
    }
    this.last = { waiting, pushed, blocks };
    return fate;
  }

  private provesPushed(id: number, now: number | undefined, { bytes, longest }: Pushed, isPushed: boolean): boolean {
    const before = this.before[id] ?? 0;
    const kept = Math.max(before, now ?? 0);
    if (kept > 0 && longest > Math.max(0, this.window - kept)) return true;
    if (now === undefined) return false;
    if (now === 0) return before > 0 && bytes >= before;
    const last = this.last?.waiting[id];
    return now < before || (last !== undefined && (now < last || (isPushed && now !== last)));
  }
}
