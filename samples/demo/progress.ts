import { Format, SingleBar } from 'cli-progress';

import type { Meter } from './meter';

/**
 * A progress bar. It appears when the total number of bytes is known, and only on a terminal.
 *
 * @param capacity The most bytes per second that the line can carry.
 */
export class Progress {
  private readonly bar: SingleBar;
  private started = false;

  constructor(
    private readonly meter: Meter,
    private readonly capacity: number,
  ) {
    this.bar = new SingleBar({
      stream: process.stdout,
      hideCursor: null,
      clearOnComplete: true,
      format: (options, { progress, value, total }) =>
        `  ${Format.BarFormat(progress, options)} ${number(value)} of ${number(total)} bytes, ${this.speed()}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
    });
  }

  /** @param total The total number of bytes; `undefined` as long as it is unknown. */
  update(total: number | undefined): void {
    if (total === undefined) return;
    if (!this.started) this.bar.start(total, 0);
    this.started = true;
    this.bar.update(this.meter.bytes);
  }

  stop(): void {
    this.bar.stop();
  }

  private speed(): string {
    const rate = this.meter.steadyRate;
    return `${number(rate)} bytes/s, ${percent(rate / this.capacity)} of the line`;
  }
}

export function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
