import { Observable, type SchedulerLike, Subscription } from 'rxjs';

import { quiet } from '../../executor/probeWhenQuiet';
import { Unanswered } from '../../executor/unanswered';
import { Countdown, SharedTimer } from '../../time/countdown';
import { SendFailed } from '../exchanges/sendErrors';
import { sendDeadline } from '../exchanges/sendExchange';
import { secondThoughts } from '../exchanges/sendResult';
import type { Segment, Segments } from './segments';

/** The longest pause between two questions, in milliseconds. */
const longestPause = 4 * quiet;

export interface SegmentWatchOptions {
  readonly clock: SchedulerLike;
  /** Cold. Asks the modem which segments are acknowledged. */
  readonly ask: () => Observable<never>;
}

/**
 * Watches over segments that the modem has taken. Asks the modem when no result has come for a while, because the line
 * may have lost it, and at once when a result does not fit. Completes when all are acknowledged, or the link has ended.
 *
 *     results    --ok-------------------------ok--
 *     asked      ------2.5 s--5 s---10 s--10 s----
 *
 * Errors: {@link Unanswered} when nothing is acknowledged for {@link sendDeadline}; {@link SendFailed} some time after
 * `SEND FAIL`, because AT 1.x may deliver the segment after that.
 */
export function watchSegments(segments: Segments, { clock, ask }: SegmentWatchOptions): Observable<never> {
  return new Observable((subscriber) => {
    const error = (cause: unknown): void => subscriber.error(cause);
    let asking = Subscription.EMPTY;
    const askNow = (): void => {
      if (asking.closed) subscriber.add((asking = ask().subscribe({ error })));
    };

    const timer = new SharedTimer(clock);
    let pause = quiet;
    const question = new Countdown(timer, () => {
      // The patience begins late, because most segments are acknowledged before the first question.
      if (pause === quiet) patience.restart(sendDeadline - quiet);
      pause = Math.min(2 * pause, longestPause);
      question.restart(pause);
      askNow();
    });
    const patience = new Countdown(timer, () => {
      const what = `the peer has acknowledged nothing for ${sendDeadline / 1000} s`;
      error(new Unanswered('', sendDeadline, `${what}, and ${segments.bytes} bytes are under way`));
    });
    let failed: Segment | undefined;
    const secondThought = new Countdown(timer, () => {
      if (!failed || !segments.has(failed)) return;
      error(new SendFailed(`the modem answered SEND FAIL, and ${segments.bytes} bytes are not acknowledged`));
    });

    const fail = (segment: Segment): void => {
      failed = segment;
      secondThought.restart(secondThoughts);
    };
    const changed = (): void => {
      if (!segments.isWaiting) {
        subscriber.complete();
        return;
      }
      pause = quiet;
      patience.stop();
      question.restart(quiet);
    };
    subscriber.add(() => {
      for (const countdown of [question, patience, secondThought]) countdown.stop();
    });
    subscriber.add(
      segments.news$.subscribe({
        next: (news) => {
          if (news === 'changed') changed();
          else if (news === 'doubted') askNow();
          else fail(news);
        },
        error,
      }),
    );
    changed();
  });
}
