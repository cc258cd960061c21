import type { RunningInterface } from '../interfaces/interfaces';

/** Counts how often modems are told to hold received data back, and to push them, after they have been set up. */
export class SwitchCounts {
  private readonly counts = new Map<string, { pulled: number; pushed: number }>();

  /** Counts the switches of a modem; those of all that have the same name are added up. */
  watch(name: string, { emulator }: RunningInterface): void {
    const count = this.counts.get(name) ?? { pulled: 0, pushed: 0 };
    this.counts.set(name, count);
    emulator?.heard$.subscribe(({ text }) => {
      if (text === 'AT+CIPRECVMODE=1') count.pulled++;
      if (text === 'AT+CIPRECVMODE=0') count.pushed++;
    });
  }

  /** Whether the modem has been switched both ways. */
  hasBothWays(name: string): boolean {
    const { pulled = 0, pushed = 0 } = this.counts.get(name) ?? {};
    return pulled > 0 && pushed > 0;
  }

  /** A line for each modem that has been switched. */
  get lines(): readonly string[] {
    return [...this.counts]
      .filter(([, { pulled, pushed }]) => pulled + pushed > 0)
      .map(([name, { pulled, pushed }]) => `${name}: ${pulled} switches to pulled data, ${pushed} to pushed data`);
  }
}
