import { servePty, type ServedPty } from '../../../src/emulator';
import type { VirtualSetting } from '../figures';
import { times } from '../times';

const { step, roundTrip } = times;

/**
 * Serves virtual modems whose times are always the same, and tells their paths, until the bench hangs up.
 *
 * @param seed That of the first one. Each of the others has the next one.
 * @param chunkInterval See `EmulatorOptions`.
 */
export async function serve(setting: VirtualSetting, seed: number, count = 1, chunkInterval = 2): Promise<void> {
  const modems = await Promise.all(
    Array.from({ length: count }, (_, index) => serveOne(setting, seed + index, chunkInterval)),
  );
  process.once('disconnect', () => {
    void Promise.all(modems.map((modem) => modem.close())).finally(() => process.exit());
  });
  process.send?.(modems.map(({ path }) => path));
}

function serveOne({ firmware, baud }: VirtualSetting, seed: number, chunkInterval: number): Promise<ServedPty> {
  const accessPoint = { ssid: 'my-ssid', key: 'my-password' };
  return servePty({
    firmware,
    baud,
    seed,
    chunkInterval,
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
}
