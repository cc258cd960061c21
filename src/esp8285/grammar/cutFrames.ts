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

/** How a silence is told from a line that is slow. */
export interface SilenceOptions {
  /** Milliseconds without a byte after which what the modem has begun to say is taken to get no end. */
  readonly longestPause: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Milliseconds within which the rest of a message comes: a byte takes one at 9600 baud, and USB adapters collect bytes for up
 * to 16.
 */
const moment = 20;
/** A silence is counted in so many parts, because it is none when bytes wait while the program is busy. */
const parts = 4;

type Step = () => Iterable<Frame>;

/**
 * Turns the bytes of a modem into frames, across chunk borders: the same frames for any chunking.
 *
 *     rx$      --[\r\nO]--[K\r\n+IPD,0,2:h]--[i0,CLOSED\r\n]--
 *     frames$  -----------(OK)---------------(hi closed)------
 *
 * @param silence Without it, the end of what has been begun is waited for for ever.
 * @param unknownLines What a whole line means that is in no list. Default: `'news'`.
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
      /** Whether a silence would mean something, told anew after each chunk. */
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
      // concatMap, because a listener may cause the next chunk while this one's frames are still going out.
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
