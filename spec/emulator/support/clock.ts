import { VirtualTimeScheduler } from 'rxjs';

/** Time that passes only on command, for a virtual modem whose network is real. */
export class Clock {
  readonly scheduler = new VirtualTimeScheduler();

  /** Lets this many milliseconds pass, and runs what is due in them. */
  pass(ms: number): void {
    const { scheduler } = this;
    scheduler.maxFrames = scheduler.now() + ms;
    scheduler.schedule(() => undefined, ms);
    scheduler.flush();
  }
}
