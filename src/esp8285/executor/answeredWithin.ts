import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

import type { Frame } from '../grammar/frame';
import { Countdown } from '../time/countdown';
import { converseHearing } from './hearing';
import { Unanswered } from './unanswered';
import type { Wire } from './wire';

/** Milliseconds that a modem may be busy: longer than its longest attempt to connect. */
export const longestBusy = 120_000;
/** A busy modem says so within this time (milliseconds), because the command is repeated once a second. */
const busyPause = 2_000;

/** The modem has said only `busy` for too long. */
export class BusyForEver extends Error {
  override readonly name = 'BusyForEver';

  constructor(shown: string) {
    super(`the modem was busy for ${longestBusy / 1000} s, and did not take ${shown}`);
  }
}

/**
 * Fails a conversation that does not end in time, with {@link Unanswered} or with {@link BusyForEver}. A modem that
 * says `busy` has not begun, so the time starts again, up to {@link longestBusy} in all.
 *
 * @param milliseconds Time for the conversation.
 * @param shown What was asked, without secrets.
 * @param patience Most milliseconds to wait for a busy modem. With 0 a busy modem gets no more time than any other.
 */
export function answeredWithin<T>(
  milliseconds: number,
  shown: string,
  wire: Wire,
  patience = longestBusy,
): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    new Observable((subscriber) => {
      const { clock, timer } = wire;
      const begun = clock.now();
      let busyAt = -Infinity;
      const mayWait = () => clock.now() - begun <= patience - milliseconds;
      const countdown = new Countdown(timer, () => {
        const isBusy = patience > 0 && clock.now() - busyAt < busyPause && !mayWait();
        subscriber.error(isBusy ? new BusyForEver(shown) : new Unanswered(shown, milliseconds));
      });
      subscriber.add(() => countdown.stop());
      const hear = ({ kind }: Frame): void => {
        if (kind !== 'busy') return;
        busyAt = clock.now();
        if (mayWait()) countdown.restart(milliseconds);
      };
      converseHearing(conversation$, wire, hear, subscriber);
      // Last, so that the command is on its way, and the shortest countdown of a conversation sets the timer that they share.
      if (!subscriber.closed) countdown.restart(milliseconds);
    });
}
