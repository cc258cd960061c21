import { fromEvent, map, type Observable, startWith } from 'rxjs';
import { useMemo } from 'preact/hooks';

import { useObservable } from './useObservable';

/** The same width as in layout.css. */
const narrow = '(max-width: 720px)';

/** Whether the page is as narrow as on a phone. */
export function useIsPhone(): boolean {
  const isPhone$ = useMemo(() => matches(narrow), []);
  return useObservable(isPhone$, matchMedia(narrow).matches);
}

function matches(query: string): Observable<boolean> {
  const list = matchMedia(query);
  return fromEvent(list, 'change').pipe(
    startWith(undefined),
    map(() => list.matches),
  );
}
