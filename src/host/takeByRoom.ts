import type { Socket } from 'node:net';
import { Observable } from 'rxjs';

/**
 * Reads a socket only as far as there is room, and emits slices of the chunks that Node.js has read.
 *
 *     room$     --4----------------4----4---
 *     socket    -----[abcdef]------------|
 *     received$ -----[abcd]--------[ef]--|
 *
 * One chunk that does not fit is kept here, the next one in the buffer of Node.js, and the rest in the kernel, which
 * closes its window and so stops the sender. The end and an error come after the bytes before them.
 *
 * @param failure Makes the error of the observable from that of the socket.
 */
export function takeByRoom(
  socket: Socket,
  room$: Observable<number>,
  failure: (cause: Error) => Error,
): Observable<Buffer> {
  return new Observable((subscriber) => {
    let room = 0;
    let rest: Buffer | undefined;
    let finish: (() => void) | undefined;
    let pumping = false;

    const pump = (): void => {
      // A subscriber may make room inside `next`. Then the loop below goes on, and no second one starts.
      if (pumping) return;
      pumping = true;
      while (rest !== undefined && room > 0 && !subscriber.closed) {
        const piece = rest.subarray(0, room);
        rest = piece.length < rest.length ? rest.subarray(piece.length) : undefined;
        room -= piece.length;
        subscriber.next(piece);
      }
      pumping = false;
      if (subscriber.closed || rest !== undefined) return;
      if (finish !== undefined) finish();
      else if (room > 0) socket.resume();
    };
    const finishWith = (last: () => void): void => {
      finish ??= last;
      pump();
    };
    const onData = (chunk: Buffer): void => {
      socket.pause();
      rest = chunk;
      pump();
    };
    const onEnd = (): void => finishWith(() => subscriber.complete());
    const onError = (cause: Error): void => finishWith(() => subscriber.error(failure(cause)));

    if (socket.errored) onError(socket.errored);
    else if (socket.readableEnded || socket.destroyed) onEnd();
    if (subscriber.closed) return undefined;

    socket.pause();
    socket.on('data', onData).once('end', onEnd).once('error', onError).once('close', onEnd);
    subscriber.add(
      room$.subscribe({
        next: (bytes) => {
          room = bytes;
          pump();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
    return () => {
      socket.pause();
      socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd);
    };
  });
}
