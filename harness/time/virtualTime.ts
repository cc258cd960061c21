import { noop, type VirtualTimeScheduler } from 'rxjs';

/** Lets this many milliseconds of virtual time pass, and runs what is due in them. */
export function letPass(scheduler: VirtualTimeScheduler, milliseconds: number): void {
  scheduler.maxFrames = scheduler.now() + milliseconds;
  // Without it, the time would stop at the last action that is due.
  scheduler.schedule(noop, milliseconds);
  scheduler.flush();
}
