import {
  concat,
  concatMap,
  defer,
  delay,
  from,
  ignoreElements,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  takeWhile,
  tap,
  timer,
} from 'rxjs';

import type { Random } from '../../src/emulator/simulation/random';
import type { Socket } from '../../src/usocket';

/** Where a reader pauses, in bytes, and for how many milliseconds. */
export type Pause = readonly [at: number, milliseconds: number];

/** Cuts bytes into pieces of random sizes. */
export function inPieces(bytes: Buffer, random: Random): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = random.integer(1, 3_000);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Says the bytes at once, or in pieces with pauses. */
export function talking(bytes: Buffer, random: Random, scheduler: SchedulerLike): Observable<Buffer> {
  const isFlood = random.chance(0.5);
  const pieces = inPieces(bytes, random);
  if (isFlood) return from(pieces);
  return from(pieces).pipe(concatMap((piece) => of(piece).pipe(delay(random.integer(0, 400), scheduler))));
}

/** Reads until the end of the stream, or until that many bytes have come, and pauses in between. */
export function reading(
  socket: Socket,
  pauses: readonly Pause[],
  random: Random,
  scheduler: SchedulerLike,
  length = Infinity,
): Observable<Buffer> {
  let read = 0;
  let next = 0;
  return defer(() => {
    const chunk$ = socket.recv$(random.integer(1, 4_000));
    const pause = pauses[next];
    if (pause === undefined || read < pause[0]) return chunk$;
    next++;
    return concat(timer(pause[1], scheduler).pipe(ignoreElements()), chunk$);
  }).pipe(
    tap((chunk) => (read += chunk.length)),
    repeat(),
    takeWhile((chunk) => chunk.length > 0 && read < length, true),
  );
}
