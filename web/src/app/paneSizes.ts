import { remember, remembered } from './remembered';

/** A part of the page whose size the user can change. */
export type Pane = 'side' | 'plots' | 'inspector';

/** How large a pane is: its width or its height in CSS pixels. One that is folded is not shown, and keeps its size. */
export interface PaneSize {
  readonly size: number;
  readonly isFolded: boolean;
}

export type PaneSizes = Readonly<Record<Pane, PaneSize>>;

/** The smallest and the largest size of each pane, and the one at the first visit. */
export const paneLimits: Readonly<
  Record<Pane, { readonly min: number; readonly max: number; readonly usual: number }>
> = {
  side: { min: 260, max: 900, usual: 430 },
  plots: { min: 80, max: 600, usual: 210 },
  inspector: { min: 100, max: 600, usual: 260 },
};

const panes: readonly Pane[] = ['side', 'plots', 'inspector'];

/** Changes the size of a pane within its limits. A folded pane unfolds. */
export function resized(sizes: PaneSizes, pane: Pane, size: number): PaneSizes {
  const { min, max } = paneLimits[pane];
  return { ...sizes, [pane]: { size: Math.round(Math.min(max, Math.max(min, size))), isFolded: false } };
}

/** Folds a pane, or unfolds it. */
export function folded(sizes: PaneSizes, pane: Pane, isFolded = !sizes[pane].isFolded): PaneSizes {
  return { ...sizes, [pane]: { ...sizes[pane], isFolded } };
}

/** The sizes of the last visit. */
export function rememberedSizes(): PaneSizes {
  return readSizes(remembered('panes'));
}

export function rememberSizes(sizes: PaneSizes): void {
  remember('panes', writeSizes(sizes));
}

/** Writes sizes as a text such as `'430 210 folded:260'`. */
export function writeSizes(sizes: PaneSizes): string {
  return panes.map((pane) => `${sizes[pane].isFolded ? 'folded:' : ''}${sizes[pane].size}`).join(' ');
}

/** Reads what {@link writeSizes} has written. What cannot be read has its usual size. */
export function readSizes(text = ''): PaneSizes {
  const usual = {
    side: { size: paneLimits.side.usual, isFolded: false },
    plots: { size: paneLimits.plots.usual, isFolded: false },
    inspector: { size: paneLimits.inspector.usual, isFolded: false },
  };
  const words = text.split(' ');
  return panes.reduce<PaneSizes>((sizes, pane, index) => {
    const [, fold, size] = /^(folded:)?(\d{1,5})$/.exec(words[index] ?? '') ?? [];
    return size === undefined ? sizes : folded(resized(sizes, pane, Number(size)), pane, fold !== undefined);
  }, usual);
}
