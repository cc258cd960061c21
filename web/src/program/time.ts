import type { ProgramHost } from '../playground/run/programHost';

type Callback = (...args: unknown[]) => void;

/** Replaces the timers and the clocks of the program by those of the page, whose speed can be changed. */
export function installTime(host: ProgramHost): void {
  const running = new Map<number, () => void>();
  let timers = 0;
  const startTimer = (id: number, callback: () => void, delay: number): number => {
    running.set(id, host.start(callback, delay));
    return id;
  };
  const stopTimer = (id: number | undefined): void => {
    if (id === undefined) return;
    running.get(id)?.();
    running.delete(id);
  };
  const BrowserDate = Date;
  class ProgramDate extends BrowserDate {
    constructor(...args: [] | [number | string | Date]) {
      if (args.length === 0) super(host.now());
      else super(...args);
    }

    static override now(): number {
      return Math.floor(host.now());
    }
  }
  const beginning = host.now();
  Object.assign(performance, { now: () => host.now() - beginning });
  Object.assign(globalThis, {
    Date: ProgramDate,
    setTimeout(callback: Callback, delay = 0, ...args: unknown[]): number {
      const id = ++timers;
      return startTimer(
        id,
        () => {
          running.delete(id);
          callback(...args);
        },
        Math.max(1, delay),
      );
    },
    setInterval(callback: Callback, delay = 0, ...args: unknown[]): number {
      const id = ++timers;
      const pause = Math.max(1, delay);
      const again = (): void => {
        startTimer(id, again, pause);
        callback(...args);
      };
      return startTimer(id, again, pause);
    },
    clearTimeout: stopTimer,
    clearInterval: stopTimer,
  });
}
