import { Observable, type OperatorFunction } from 'rxjs';

import type { Expectation } from './expectation';
import type { Frame } from './frame';
import { FrameCutter, type UnknownLines } from './frameCutter';
import { Silence, type SilenceOptions } from '../time/silence';

export interface CutOptions {
  /** Without it, an unfinished message is never cut off. */
  readonly silence?: SilenceOptions | undefined;
  /** How to treat a whole line that is not known. Default: `'news'`. */
  readonly unknownLines?: UnknownLines | undefined;
  /**
   * Called after a chunk that ends inside a block, with the number of bytes that are certainly under way: the rest of
   * the block. Called once with 0 when nothing is certain any more.
   */
  readonly expects?: ((bytes: number) => void) | undefined;
}

/**
 * Cuts the bytes of a modem into frames. The frames do not depend on how the bytes are cut into chunks.
 *
 *     rx$      --[\r\nO]--[K\r\n+IPD,0,2:h]--[i0,CLOSED\r\n]--
 *     frames$  -----------(OK)---------------(hi closed)------
 *     expects  --------------------------1----0---------------
 *
 * It is written by hand, because each chunk passes here, and a chunk may be a few bytes.
 *
 * @see The firmware's "AT Command Set"; payloads end by their length alone.
 */
export function cutFrames(
  expecting: Expectation,
  { silence, unknownLines, expects }: CutOptions = {},
): OperatorFunction<Uint8Array, Frame> {
  return (rx$) =>
    new Observable((subscriber) => {
      const cutter = new FrameCutter(
        expecting,
        (frame) => {
          subscriber.next(frame);
        },
        unknownLines,
      );
      const clock =
        silence &&
        new Silence(silence, {
          get isUnfinished() {
            return cutter.isUnfinished;
          },
          get maySettle() {
            return cutter.maySettle;
          },
          settle() {
            cut('settle');
          },
          giveUp() {
            cut('giveUp');
          },
        });
      /** A subscriber may cause the next chunk while frames are emitted, because a fast modem answers inside `write`. */
      const waiting: Uint8Array[] = [];
      let isCutting = false;
      let hasEnded = false;
      let expected = 0;

      function cut(afterSilence?: 'settle' | 'giveUp'): void {
        isCutting = true;
        try {
          if (afterSilence) cutter[afterSilence]();
          for (let chunk = waiting.shift(); chunk && !subscriber.closed; chunk = waiting.shift()) {
            cutter.push(chunk);
            clock?.heard();
          }
        } catch (error) {
          subscriber.error(error);
        }
        isCutting = false;
        if (hasEnded) subscriber.complete();
        else expect(cutter.missing);
      }

      function expect(bytes: number): void {
        if (bytes === expected) return;
        expected = bytes;
        expects?.(bytes);
      }

      subscriber.add(() => {
        clock?.stop();
        expect(0);
      });
      subscriber.add(
        rx$.subscribe({
          next(chunk) {
            waiting.push(chunk);
            if (!isCutting) cut();
          },
          error(error: unknown) {
            subscriber.error(error);
          },
          complete() {
            hasEnded = true;
            if (!isCutting) subscriber.complete();
          },
        }),
      );
    });
}
