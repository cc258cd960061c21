import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';

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
export function hearing<T>(wire: Pick<Wire, 'frames$'>, hear: (frame: Frame) => void): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    new Observable((subscriber) => {
      converseHearing(conversation$, wire, hear, subscriber);
    });
}

/** What {@link hearing} does for a subscriber, for operators that are written by hand. */
export function converseHearing<T>(
  conversation$: Observable<T>,
  { frames$ }: Pick<Wire, 'frames$'>,
  hear: (frame: Frame) => void,
  subscriber: Subscriber<T>,
): void {
  // Subscribed to before the conversation, because a fast modem answers inside `write`.
  subscriber.add(frames$.subscribe({ next: hear, error: (error: unknown) => subscriber.error(error) }));
  if (!subscriber.closed) conversation$.subscribe(subscriber);
}
