import type { SchedulerAction, SchedulerLike } from 'rxjs';

/** Milliseconds by which a timer is late only when the program, or the machine, has stood still. */
const late = 100;
/** What waits in a port is read within so many turns of the event loop, with so many milliseconds between. */
const turns = 5;
const pause = 20;

/**
 * A scheduler whose timers let what waits in a port be read first. Behind a time in which the program has stood still, an
 * event loop runs the timers that are due before it looks for input: an answer that has come in time would be called late.
 *
 * @param scheduler Keeps the time. One that is never late, as in a test, is not changed.
 */
export function yieldToInput(scheduler: SchedulerLike): SchedulerLike {
  return {
    now: () => scheduler.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) => {
      const due = scheduler.now() + delay;
      let given = delay > 0 ? 0 : turns;
      return scheduler.schedule<T>(
        function (current) {
          if (given < turns && (given > 0 || scheduler.now() - due > late)) {
            given++;
            this.schedule(current, pause);
            return;
          }
          given = turns;
          work.call(this, current);
        },
        delay,
        state,
      );
    },
  };
}
