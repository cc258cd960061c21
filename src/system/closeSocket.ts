import type { Socket } from 'node:net';
import {
  concat,
  defer,
  EMPTY,
  fromEvent,
  ignoreElements,
  type Observable,
  type SchedulerLike,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';

/** How {@link closeSocket} ends a socket. */
export interface CloseSocketOptions {
  /** How long an orderly end may take, in milliseconds. */
  readonly linger: number;
  /** The scheduler of `linger`. */
  readonly scheduler: SchedulerLike;
  /** Begins to close the socket. If it destroys the socket, there is no time limit, because nothing more is sent. */
  readonly end: () => void;
  /** Destroys a socket that has not closed in time. */
  readonly cutOff: () => void;
}

/** Cold. Ends a socket, destroys it when that takes too long, and completes when it is closed. Never errors. */
export function closeSocket(socket: Socket, { linger, scheduler, end, cutOff }: CloseSocketOptions): Observable<never> {
  const closed$ = defer(() => (socket.closed ? EMPTY : fromEvent(socket, 'close').pipe(take(1))));
  const late$ = timer(linger, scheduler).pipe(tap(cutOff), takeUntil(fromEvent(socket, 'close')));
  return defer(() => {
    if (!socket.destroyed) end();
    return socket.destroyed ? closed$ : concat(late$, closed$);
  }).pipe(ignoreElements());
}
