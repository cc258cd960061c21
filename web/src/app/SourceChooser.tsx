import type { Source } from '../sources/source';

/** Chooses what the page shows. */
export function SourceChooser({ current }: { readonly current: Source; readonly attach: (source: Source) => void }) {
  return <span class="chip">{current.name}</span>;
}
