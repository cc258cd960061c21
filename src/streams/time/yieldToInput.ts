import type { SchedulerAction, SchedulerLike } from 'rxjs';

/** Milliseconds. A timer that is later than this shows that the program, or the machine, has been busy or suspended. */
const tolerance = 100;
/** How many turns of the event loop a late timer waits, which is enough to read what waits in a port. */
const turns = 5;
/** Milliseconds between these turns. */
const pause = 20;

/**
 * Makes a scheduler whose late timers give way to input. After a time in which the program could not run, an event loop
 * runs the timers that are due before it reads from sockets and ports. So a timeout would fire although the answer
 * arrived in time. Here, a timer that is more than 100 ms late waits for another 100 ms, in which input is read.
 *
 *     const patient = yieldToInput(asyncScheduler);
 *     answer$.pipe(timeout({ first: 1000, scheduler: patient }));
 *
 * @param scheduler Measures the time. One that is never late, such as a `TestScheduler`, behaves as before.
 */
export function yieldToInput(scheduler: SchedulerLike): SchedulerLike {
  return {
    now: () => scheduler.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) => {
      const due = scheduler.now() + delay;
      let yielded = delay > 0 ? 0 : turns;
      return scheduler.schedule<T>(
        function (current) {
          if (yielded < turns && (yielded > 0 || scheduler.now() - due > tolerance)) {
            yielded++;
            this.schedule(current, pause);
            return;
          }
          yielded = turns;
          work.call(this, current);
        },
        delay,
        state,
      );
    },
  };
}
