const prefixes = ['', ' k', ' M', ' G'];

/** Writes a number of bytes shortly: `11.5 k`. */
export function asBytes(value: number): string {
  let size = value;
  let prefix = 0;
  while (size >= 999.5 && prefix < prefixes.length - 1) {
    size /= 1000;
    prefix++;
  }
  return `${size.toFixed(prefix > 0 && size < 99.95 ? 1 : 0)}${prefixes[prefix] ?? ''}`;
}

/** Writes milliseconds shortly: `42 ms`, `1.5 s`. */
export function asDuration(value: number): string {
  if (value < 999.5) return `${value.toFixed(value > 0 && value < 9.95 && !Number.isInteger(value) ? 1 : 0)} ms`;
  return `${(value / 1000).toFixed(value < 99_950 ? 1 : 0)} s`;
}

export function asPercentage(value: number): string {
  return `${value.toFixed(0)} %`;
}

export function asSignal(value: number): string {
  return `${value.toFixed(0)} dBm`.replace('-', '−');
}

export function asCount(value: number): string {
  return value.toFixed(0);
}

/** The next number above that is easy to halve, such as 1, 2, 4, 6 or 8 times a power of ten. */
export function roundTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8, 10].find((factor) => factor * power >= value * 0.999) ?? 10);
}
