import type { WatchEvent } from 'rx-usocket/watch';

/**
 * A copy of an event of a program's frame, in the objects of this document. The event itself would keep the whole frame in the
 * memory of the page.
 */
export function ownEvent(event: WatchEvent): WatchEvent {
  if (event.type === 'bytes') return { ...event, bytes: new Uint8Array(event.bytes) };
  return event.type === 'state' ? structuredClone(event) : { ...event };
}
