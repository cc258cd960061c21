import {
  concat,
  concatMap,
  defer,
  EMPTY,
  last,
  map,
  merge,
  type Observable,
  type OperatorFunction,
  repeat,
  type SchedulerLike,
  Subject,
  switchMap,
  tap,
  timer,
} from 'rxjs';

import type { Expectation } from './expectation';
import type { Frame } from './frame';
import { FrameCutter, type UnknownLines } from './frameCutter';

/** How a silence is distinguished from a slow line. */
export interface SilenceOptions {
  /** After this many milliseconds without a byte, an unfinished message counts as cut off. */
  readonly longestPause: number;
  readonly scheduler: SchedulerLike;
}

/**
 * The rest of a message comes within this many milliseconds. A byte takes 1 ms at 9600 baud, and USB adapters collect
 * bytes for up to 16 ms.
 */
const moment = 20;
/** A silence is measured in this many parts, because bytes may wait while the program is busy. */
const parts = 4;

type Step = () => Iterable<Frame>;

/**
 * Cuts the bytes of a modem into frames. The frames do not depend on how the bytes are cut into chunks.
 *
 *     rx$      --[\r\nO]--[K\r\n+IPD,0,2:h]--[i0,CLOSED\r\n]--
 *     frames$  -----------(OK)---------------(hi closed)------
 *
 * @param silence Without it, an unfinished message is never cut off.
 * @param unknownLines How to treat a whole line that is not known. Default: `'news'`.
 * @see The firmware's "AT Command Set"; payloads end by their length alone.
 */
export function cutFrames(
  expecting: Expectation,
  silence?: SilenceOptions,
  unknownLines?: UnknownLines,
): OperatorFunction<Uint8Array, Frame> {
  return (rx$) =>
    defer(() => {
      const cutter = new FrameCutter(expecting, unknownLines);
      /** Emits after each chunk whether a silence would mean something. */
      const listening = new Subject<boolean>();
      const push = (chunk: Uint8Array): Step =>
        function* () {
          yield* cutter.push(chunk);
          listening.next(cutter.isUnfinished);
        };
      const chunks$ = rx$.pipe(
        map(push),
        tap({
          complete: () => {
            listening.next(false);
            listening.complete();
          },
        }),
      );
      const settle: Step = function* () {
        yield* cutter.settle();
        if (!cutter.isUnfinished) listening.next(false);
      };
      const silences$ = silence
        ? listening.pipe(
            switchMap((isListening) =>
              isListening
                ? concat(
                    after(moment, settle, silence),
                    after(silence.longestPause - moment, () => cutter.giveUp(), silence),
                  )
                : EMPTY,
            ),
          )
        : EMPTY;
      // `concatMap`, because a subscriber may cause the next chunk while the frames of this one are emitted.
      return merge(silences$, chunks$).pipe(concatMap((step) => step()));
    });
}

function after(milliseconds: number, step: Step, { scheduler }: SilenceOptions): Observable<Step> {
  return timer(milliseconds / parts, scheduler).pipe(
    repeat(parts),
    last(),
    map(() => step),
  );
}
