import { servePty } from '../../../src/emulator';
import type { Setting } from '../figures';

/** From the modem to the peer and back, in milliseconds. */
const roundTrip = 5;

/** What the modem itself takes for each step, in milliseconds. */
const step = 1;

/** Serves a virtual modem whose times are always the same, and says where, until the bench hangs up. */
export async function serve({ firmware, baud }: Setting, seed: number): Promise<void> {
  const accessPoint = { ssid: 'my-ssid', key: 'my-password' };
  const modem = await servePty({
    firmware,
    baud,
    seed,
    accessPoints: [accessPoint],
    stored: accessPoint,
    interleave: 0,
    latency: 1,
    latencies: {
      command: [step, step],
      receipt: [step, step],
      handDown: [step, step],
      roundTrip: [roundTrip, roundTrip],
      connect: [step, step],
      close: [step, step],
      join: [step, step],
      address: [step, step],
    },
  });
  process.once('disconnect', () => void modem.close().finally(() => process.exit()));
  process.send?.(modem.path);
}
