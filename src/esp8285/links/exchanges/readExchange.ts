import { Observable } from 'rxjs';

import { common } from '../../commands/catalogue';
import { askOnce, type Exchange, slowestByte, usualDeadline } from '../../executor/exchange';
import { quiet, type ProbeOptions } from '../../executor/probeWhenQuiet';
import { AnswerLost } from '../../executor/unanswered';

/** How many bytes the answer to a read has besides the data. */
const around = 64;

/** How a read has ended. `lost`: the end of the answer was lost, and perhaps the data with it. */
export type ReadEnd = 'complete' | 'lost';

/**
 * Asks for bytes that wait in the modem. They come as a block of the link, and are not emitted here.
 *
 * @param begun Called when the exchange has its turn.
 */
export function readExchange(link: number, size: number, begun: () => void): Exchange<ReadEnd> {
  const command = common.receive(link, size);
  // Together with the time before the first probe, this is the usual deadline for a silent modem.
  const options: ProbeOptions = { longest: size + around, patience: usualDeadline - quiet, tries: 1 };
  return {
    shown: command.shown,
    deadline: Math.max(usualDeadline, 2 * slowestByte * size),
    converse: (wire) => {
      begun();
      return wire.expectingDataOf(link, readEnd(askOnce(wire, command, () => options)), size);
    },
  };
}

/** By hand, because each read has one. */
function readEnd(answer$: Observable<unknown>): Observable<ReadEnd> {
  return new Observable((subscriber) => {
    const complete = (): void => subscriber.complete();
    return answer$.subscribe({
      next: () => subscriber.next('complete'),
      error: (error: unknown) => {
        if (!(error instanceof AnswerLost)) {
          subscriber.error(error);
          return;
        }
        subscriber.next('lost');
        complete();
      },
      complete,
    });
  });
}
