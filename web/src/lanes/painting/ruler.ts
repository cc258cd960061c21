import type { VisibleRange } from '../../session/viewport';

/** A mark of the ruler. */
export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** How far labels are apart at least, in pixels. */
const labelWidth = 84;

/** The marks of a range: at round times, and far enough from each other for their labels. */
export function ticks({ from, to }: VisibleRange, width: number): readonly Tick[] {
  const step = roundStep(((to - from) * labelWidth) / width);
  const first = Math.ceil(Math.max(0, from) / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, index) => {
    const time = (first + index) * step;
    return { time, label: timeLabel(time, step) };
  });
}

/** The next step of 1, 2 or 5 times a power of ten, or of a clock. */
function roundStep(least: number): number {
  const clock = [10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
  if (least > 5000) return clock.find((step) => step >= least) ?? Math.ceil(least / 3_600_000) * 3_600_000;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** A time in words, as exact as `step` needs it: `1.25 s`, `340 ms`, `12:03.5`. */
export function timeLabel(time: number, step = 1): string {
  const sign = time < 0 ? '−' : '';
  const whole = Math.abs(Math.round(time));
  const digits = step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  if (whole < 1000 && digits === 3) return `${sign}${whole} ms`;
  if (whole < 60_000) return `${sign}${(whole / 1000).toFixed(digits)} s`;
  const [minutes, seconds] = [Math.floor(whole / 60_000), (whole % 60_000) / 1000];
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const clock = seconds.toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, '0');
  return hours > 0 ? `${sign}${hours}:${`${rest}`.padStart(2, '0')}:${clock}` : `${sign}${rest}:${clock}`;
}
