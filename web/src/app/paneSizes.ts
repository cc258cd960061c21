import { remember, remembered } from './remembered';

/** A part of the page whose size the user can change. */
export type Pane = 'side' | 'plots' | 'inspector';

/** How large a pane is: its width or its height in CSS pixels. One that is folded is not shown, and keeps its size. */
export interface PaneSize {
  readonly size: number;
  readonly isFolded: boolean;
}

export type PaneSizes = Readonly<Record<Pane, PaneSize>>;

/** The smallest and the largest size of each pane, and the part of the window that it has at the first visit. */
export const paneLimits: Readonly<Record<Pane, { readonly min: number; readonly max: number; readonly part: number }>> =
  {
    side: { min: 260, max: 900, part: 0.336 },
    plots: { min: 80, max: 600, part: 0.29 },
    inspector: { min: 100, max: 600, part: 0.36 },
  };

/** The width and the height of the window in CSS pixels. */
export interface WindowSize {
  readonly innerWidth: number;
  readonly innerHeight: number;
}

const panes: readonly Pane[] = ['side', 'plots', 'inspector'];

/** Changes the size of a pane within its limits. A folded pane unfolds. */
export function resized(sizes: PaneSizes, pane: Pane, size: number): PaneSizes {
  return { ...sizes, [pane]: { size: limited(pane, size), isFolded: false } };
}

/** Folds a pane, or unfolds it. */
export function folded(sizes: PaneSizes, pane: Pane, isFolded = !sizes[pane].isFolded): PaneSizes {
  return { ...sizes, [pane]: { ...sizes[pane], isFolded } };
}

/** The sizes of the last visit. */
export function rememberedSizes(): PaneSizes {
  return readSizes(remembered('panes'), window);
}

export function rememberSizes(sizes: PaneSizes): void {
  remember('panes', writeSizes(sizes));
}

/** Writes sizes as a text such as `'430 210 folded:260'`. */
export function writeSizes(sizes: PaneSizes): string {
  return panes.map((pane) => `${sizes[pane].isFolded ? 'folded:' : ''}${sizes[pane].size}`).join(' ');
}

/** Reads what {@link writeSizes} has written. What cannot be read has the size of a first visit. */
export function readSizes(text: string | undefined, { innerWidth, innerHeight }: WindowSize): PaneSizes {
  const words = text?.split(' ') ?? [];
  const read = (pane: Pane, index: number, length: number): PaneSize => {
    const [, fold, size] = /^(folded:)?(\d{1,5})$/.exec(words[index] ?? '') ?? [];
    const { part } = paneLimits[pane];
    return { size: limited(pane, size === undefined ? length * part : Number(size)), isFolded: fold !== undefined };
  };
  return {
    side: read('side', 0, innerWidth),
    plots: read('plots', 1, innerHeight),
    inspector: read('inspector', 2, innerHeight),
  };
}

function limited(pane: Pane, size: number): number {
  const { min, max } = paneLimits[pane];
  return Math.round(Math.min(max, Math.max(min, size)));
}
