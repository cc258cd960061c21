/** A length of time: `0:07.4`, `12:00.0`, `1:02:33`. */
export function shownTime(milliseconds: number): string {
  const tenths = Math.floor(Math.max(0, milliseconds) / 100);
  const [seconds, minutes, hours] = [
    Math.floor(tenths / 10) % 60,
    Math.floor(tenths / 600) % 60,
    Math.floor(tenths / 36_000),
  ];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}.${tenths % 10}`;
}
