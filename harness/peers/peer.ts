import { once } from 'node:events';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { filter, firstValueFrom, fromEvent, map, type Observable } from 'rxjs';

import { collect } from './bytes';

/** Reads exactly `length` bytes at the peer, and leaves it unread again. */
export async function takeAt(peer: Socket, length: number): Promise<Buffer> {
  const taken = collect(fromEvent(peer, 'data').pipe(map((chunk) => chunk as Buffer)), length);
  peer.resume();
  const bytes = await taken;
  peer.pause();
  if (bytes.length > length) peer.unshift(bytes.subarray(length));
  return bytes.subarray(0, length);
}

/** Reads at the peer until the other end has closed. */
export function restAt(peer: Socket): Promise<Buffer> {
  return buffer(peer);
}

/** Has the peer say something and close. */
export function sayLast(peer: Socket, last: Uint8Array | string = ''): void {
  peer.end(last);
}

/** Breaks the connection off, as a peer does that has crashed. */
export async function reset(peer: Socket): Promise<void> {
  const gone = once(peer, 'close');
  peer.resetAndDestroy();
  await gone;
}

/** Waits until a state is one that is waited for, and gives it. */
export function until<T>(state$: Observable<T>, isIt: (state: T) => boolean): Promise<T> {
  return firstValueFrom(state$.pipe(filter(isIt)));
}
