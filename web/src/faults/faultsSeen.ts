import { merge, map, type Observable, scan } from 'rxjs';
import type { CallEvent, WatchEvent } from 'rx-usocket/watch';

/** A fault that the user has given. */
export interface Given {
  readonly title: string;
  readonly time: number;
}

/** What the sockets have seen since a fault. */
export interface Seen {
  readonly fault?: Given;
  /** The calls that have failed, the oldest first. */
  readonly failures: readonly CallEvent[];
}

/** Failures. Later ones follow from the first. */
const mostFailures = 100;

export const nothingSeen: Seen = { failures: [] };

/** Collects the calls of sockets that fail, from each fault to the next. */
export function faultsSeen(given$: Observable<Given>, batches$: Observable<readonly WatchEvent[]>): Observable<Seen> {
  const failed$ = batches$.pipe(map((batch) => batch.filter(isFailure)));
  const faults$ = given$.pipe(map((fault) => ({ fault })));
  return merge(faults$, failed$).pipe(
    scan((seen, next): Seen => {
      if ('fault' in next) return { fault: next.fault, failures: [] };
      if (next.length === 0 || seen.failures.length >= mostFailures) return seen;
      return { ...seen, failures: [...seen.failures, ...next].slice(0, mostFailures) };
    }, nothingSeen),
  );
}

function isFailure(event: WatchEvent): event is CallEvent {
  return event.type === 'call' && event.stage === 'fails';
}
