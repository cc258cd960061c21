import { asyncScheduler, firstValueFrom, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

import type { Recording } from '../recordings/openRecording';
import { recordedPieces } from '../recordings/recordingText';
import { ReplayClock } from './replayClock';
import type { Source } from './source';

/** From where a recording is replayed, and how fast. */
export interface ReplayOptions {
  /** Everything up to this time is told at once. Default: the end. */
  readonly from?: number;
  /** How fast the rest is told: 1 as it was recorded, 0 not before the user goes on. Default: 1. */
  readonly speed?: number;
  readonly scheduler?: SchedulerLike;
}

/** Tells what was recorded: all of it at once, unless it is to be replayed. */
export function recordingSource(recording: Recording, options: ReplayOptions = {}): Source {
  const { name, begins, ends } = recording;
  const { from = ends, speed = 1, scheduler = asyncScheduler } = options;
  const clock = new ReplayClock(begins, ends, from, speed, scheduler);
  return {
    kind: 'recording',
    name,
    batches$: new Observable((subscriber) => {
      tellAll(recording, clock, subscriber).then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
    }),
    replay: { clock, recording },
    time: clock,
    close: () => clock.close(),
  };
}

async function tellAll(
  { file }: Recording,
  clock: ReplayClock,
  subscriber: Subscriber<readonly WatchEvent[]>,
): Promise<void> {
  for await (const { events } of recordedPieces(file)) {
    for (let at = 0; at < events.length;) {
      const due = await firstValueFrom(clock.reached(events[at]?.time ?? 0));
      if (subscriber.closed) return;
      const begin = at++;
      while ((events[at]?.time ?? Infinity) <= due) at++;
      subscriber.next(events.slice(begin, at));
    }
    if (subscriber.closed) return;
  }
}
