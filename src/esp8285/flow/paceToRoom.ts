import {
  BehaviorSubject,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  finalize,
  first,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  switchMap,
  tap,
  timeout,
} from 'rxjs';

export interface PaceOptions {
  /** How many bytes the reader has room for now. */
  readonly room$: Observable<number>;
  /** Whether the pieces are pushed. For a piece that was requested, there is room. */
  readonly isPushed: () => boolean;
  /** Subscribed to while pieces wait. */
  readonly waiting$: Observable<never>;
  /** Milliseconds that a piece waits for a reader that takes nothing. After that it is passed on anyway. */
  readonly patience: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Passes pieces on as far as the reader has room for them. Completion comes after the last piece, an error at once.
 *
 *     pieces$   --[abcd]--[ef]-|
 *     room$     4-0--------24----------
 *     out$      --[abcd]---[ef](|)
 */
export function paceToRoom({
  room$,
  isPushed,
  waiting$,
  patience,
  scheduler,
}: PaceOptions): MonoTypeOperatorFunction<Buffer> {
  return (pieces$) =>
    defer(() => {
      const isWaiting = new BehaviorSubject(false);
      let pieces = 0;
      let mostRoom = 0;
      // At least half of the largest room. Otherwise a reader that takes little at a time would get tiny pieces.
      const isRoom = (room: number, wanted: number) => room >= Math.min(wanted, Math.ceil(mostRoom / 2));
      const sizeFor = (wanted: number) =>
        defer(() => {
          let isFound = false;
          return room$.pipe(
            tap((room) => {
              mostRoom = Math.max(mostRoom, room, 1);
              // Passing a piece on takes room away before this is unsubscribed.
              isFound ||= isRoom(room, wanted);
              if (!isFound) isWaiting.next(true);
            }),
            timeout({ each: patience, scheduler, with: () => of(Infinity) }),
            first((room) => isRoom(room, wanted)),
          );
        });
      const inParts = (piece: Buffer) =>
        defer(() => {
          let rest = piece;
          return defer(() => sizeFor(rest.length)).pipe(
            map((size) => {
              const part = rest.subarray(0, size);
              rest = rest.subarray(part.length);
              return part;
            }),
            repeat({ delay: () => (rest.length > 0 ? of(true) : EMPTY) }),
          );
        });
      const leave$ = defer(() => {
        if (--pieces === 0) isWaiting.next(false);
        return EMPTY;
      });
      const fitting$ = pieces$.pipe(
        tap(() => pieces++),
        concatMap((piece) => concat(pieces > 1 || isPushed() ? inParts(piece) : of(piece), leave$)),
        finalize(() => {
          isWaiting.complete();
        }),
      );
      const holding$ = isWaiting.pipe(
        distinctUntilChanged(),
        switchMap((isOne) => (isOne ? waiting$ : EMPTY)),
      );
      return merge(holding$, fitting$);
    });
}
