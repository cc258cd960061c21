import { concatMap, defer, type OperatorFunction } from 'rxjs';

import type { Frame } from './frame';
import { type Expectation, FrameCutter } from './frameCutter';

/**
 * Turns the bytes of a modem into frames, across chunk borders: the same frames for any chunking.
 *
 *     rx$      --[\r\nO]--[K\r\n+IPD,0,2:h]--[i0,CLOSED\r\n]--
 *     frames$  -----------(OK)---------------(hi closed)------
 *
 * @see The firmware's "AT Command Set"; payloads end by their length alone.
 */
export function cutFrames(expecting: Readonly<Expectation>): OperatorFunction<Uint8Array, Frame> {
  return (rx$) =>
    defer(() => {
      const cutter = new FrameCutter(expecting);
      // concatMap: a listener may cause the next chunk while this one's frames are still going out.
      return rx$.pipe(concatMap((chunk) => cutter.push(chunk)));
    });
}
