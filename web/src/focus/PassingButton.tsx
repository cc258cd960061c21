import type { ComponentChildren, RefObject } from 'preact';

import { useFocusHeir } from './useFocusHeir';

interface PassingButtonProps {
  /** What takes the focus over when the button goes away. */
  readonly heir: RefObject<HTMLElement | null>;
  readonly title?: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** A button that goes away when it has been used. */
export function PassingButton({ heir, children, ...attributes }: PassingButtonProps) {
  const button = useFocusHeir<HTMLButtonElement>(heir);
  return (
    <button ref={button} type="button" {...attributes}>
      {children}
    </button>
  );
}
