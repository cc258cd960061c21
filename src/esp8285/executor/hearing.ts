import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

import type { Frame } from '../grammar/frame';
import type { Wire } from './wire';

/**
 * Passes everything that the modem says to a function while a conversation runs. An error of the line fails it.
 *
 *     frames$          --a---b---c-
 *     conversation$    -------x|
 *     out$             -------x|      (a, b are heard)
 *
 * The function hears a frame before the conversation does.
 */
export function hearing<T>(
  { frames$ }: Pick<Wire, 'frames$'>,
  hear: (frame: Frame) => void,
): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    new Observable((subscriber) => {
      // Subscribed to before the conversation, because a fast modem answers inside `write`.
      subscriber.add(frames$.subscribe({ next: hear, error: (error: unknown) => subscriber.error(error) }));
      if (!subscriber.closed) conversation$.subscribe(subscriber);
    });
}
