import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { fromEvent } from 'rxjs';

interface MenuProps {
  readonly name: string;
  /** What stands behind the name, where there is room for it. */
  readonly more?: string | undefined;
  /** Whether something in it differs from what is usual. */
  readonly isInUse: boolean;
  readonly children: ComponentChildren;
}

/** A button that opens a box below it. Escape closes it, and so does a click or the focus elsewhere. */
export function Menu({ name, more, isInUse, children }: MenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const pressing = fromEvent(document, 'pointerdown').subscribe(({ target }) => closeUnless(menu.current, target));
    return () => pressing.unsubscribe();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !menu.current?.open) return;
    event.stopPropagation();
    menu.current.open = false;
    menu.current.querySelector('summary')?.focus();
  };
  return (
    <details
      class="menu"
      ref={menu}
      onKeyDown={onKeyDown}
      onFocusOut={({ relatedTarget }) => {
        // Nothing gets the focus from a press on a part that takes none.
        if (relatedTarget) closeUnless(menu.current, relatedTarget);
      }}
    >
      <summary class={isInUse ? 'in-use' : ''}>
        {name}
        {more !== undefined && <span class="menu-more"> {more}</span>}
      </summary>
      <div class="menu-body" role="group" aria-label={name}>
        {children}
      </div>
    </details>
  );
}

function closeUnless(menu: HTMLDetailsElement | null, inside: EventTarget | null): void {
  if (menu && !(inside instanceof Node && menu.contains(inside))) menu.open = false;
}
