import { once } from 'node:events';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { filter, firstValueFrom, fromEvent, map, type Observable } from 'rxjs';

import { collect } from './bytes';

/** Reads exactly `length` bytes at the peer, then pauses it again. */
export async function takeAt(peer: Socket, length: number): Promise<Buffer> {
  const taken = collect(fromEvent(peer, 'data').pipe(map((chunk) => chunk as Buffer)), length);
  peer.resume();
  const bytes = await taken;
  peer.pause();
  if (bytes.length > length) peer.unshift(bytes.subarray(length));
  return bytes.subarray(0, length);
}

/** Reads at the peer until the other side has closed. */
export function restAt(peer: Socket): Promise<Buffer> {
  return buffer(peer);
}

/** Sends something from the peer and closes its side. */
export function sayLast(peer: Socket, last: Uint8Array | string = ''): void {
  peer.end(last);
}

/** Resets the connection, as a peer that has crashed does. */
export async function reset(peer: Socket): Promise<void> {
  const gone = once(peer, 'close');
  peer.resetAndDestroy();
  await gone;
}

/** Waits for a state that meets the condition, and returns it. */
export function until<T>(state$: Observable<T>, isIt: (state: T) => boolean): Promise<T> {
  return firstValueFrom(state$.pipe(filter(isIt)));
}
