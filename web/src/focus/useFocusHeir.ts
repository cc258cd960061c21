import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Returns the reference for an element. If that goes away while it has the focus, the heir takes the focus over. */
export function useFocusHeir<T extends HTMLElement>(heir: RefObject<HTMLElement | null>): RefObject<T | null> {
  const element = useRef<T>(null);
  useLayoutEffect(() => {
    const { current } = element;
    return () => {
      if (current === document.activeElement) heir.current?.focus();
    };
  }, [heir]);
  return element;
}
