import type { Observable } from 'rxjs';
import { useEffect, useState } from 'preact/hooks';

/** Renders again with each value of an observable, which must not error. */
export function useObservable<T>(values$: Observable<T>, initial: T): T {
  const [value, setValue] = useState(initial);
  useEffect(() => {
    const subscription = values$.subscribe((next) => setValue(() => next));
    return () => subscription.unsubscribe();
  }, [values$]);
  return value;
}
