import type { Observable } from 'rxjs';

import type { TraceEvent } from '../../../src/esp8285';

/** An event in one line, with its time, direction, kind, link and size. */
export function short({ time, direction, kind, link, size, text }: TraceEvent): string {
  return `${time} ${direction === 'to modem' ? '>' : '<'} ${kind} ${link ?? '-'} ${size} ${text}`;
}

/** All that is told while something goes on, in a flat list. */
export function told(trace$: Observable<TraceEvent>): string[] {
  const events: string[] = [];
  trace$.subscribe({ next: (event) => events.push(short(event)), complete: () => events.push('|') });
  return events;
}
