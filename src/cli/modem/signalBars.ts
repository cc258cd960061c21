/** From this many dBm up there is one bar more. */
const steps = [-85, -75, -65, -55];
const bars = ['▂', '▄', '▆', '█'];

/** Draws the strength of a signal, in dBm, as `▂▄▆·`. */
export function signalBars(rssi: number): string {
  return bars.map((bar, index) => (rssi >= (steps[index] ?? 0) ? bar : '·')).join('');
}
