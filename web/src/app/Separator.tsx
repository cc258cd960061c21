import { useRef } from 'preact/hooks';

import { type Pane, paneLimits, type PaneSize } from './paneSizes';

interface SeparatorProps {
  readonly pane: Pane;
  /** What a screen reader calls the pane. */
  readonly name: string;
  readonly size: PaneSize;
  /** Where the pane is, seen from the separator. */
  readonly side: 'before' | 'after';
  /** The direction in which the size is measured. */
  readonly axis: 'x' | 'y';
  readonly resize: (size: number) => void;
  readonly fold: () => void;
}

/** How far an arrow key moves a separator, in CSS pixels. */
const keyStep = 20;

/** Changes the size of a pane, with the pointer and with the keyboard, as the ARIA pattern for window splitters says. */
export function Separator({ pane, name, size, side, axis, resize, fold }: SeparatorProps) {
  const grip = useRef<number | undefined>(undefined);
  const { min, max } = paneLimits[pane];
  const sign = side === 'before' ? 1 : -1;
  const position = (event: PointerEvent) => sign * (axis === 'x' ? event.clientX : event.clientY);
  const [shrinkKey, growKey] = keys(axis, side);
  const sizeOfKey = (key: string) =>
    key === shrinkKey ? size.size - keyStep : key === growKey ? size.size + keyStep : { Home: min, End: max }[key];
  const onKeyDown = (event: KeyboardEvent) => {
    const next = sizeOfKey(event.key);
    if (next === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (next === undefined) fold();
    else resize(next);
  };
  return (
    <div
      role="separator"
      class={`separator ${axis}`}
      tabIndex={0}
      title={`Size of ${name}. Enter or double-click folds it.`}
      aria-label={`Size of ${name}`}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={size.isFolded ? 0 : size.size}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuetext={size.isFolded ? 'folded' : `${size.size} pixels`}
      onKeyDown={onKeyDown}
      onDblClick={fold}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = size.size - position(event);
      }}
      onPointerMove={(event) => {
        if (grip.current !== undefined && !size.isFolded) resize(grip.current + position(event));
      }}
      onPointerUp={() => (grip.current = undefined)}
      onPointerCancel={() => (grip.current = undefined)}
    />
  );
}

/** The keys that make the pane smaller and larger. */
function keys(axis: 'x' | 'y', side: 'before' | 'after'): readonly [string, string] {
  const [back, forth] = axis === 'x' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  return side === 'before' ? [back, forth] : [forth, back];
}
