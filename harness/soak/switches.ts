import { concatMap, merge, VirtualTimeScheduler } from 'rxjs';

import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { Random } from '../../src/emulator/simulation/random';
import { habits } from '../modems/switchingLine';
import { DatagramEchoes, echoingHost } from './datagramEchoes';
import { SwitchedSide } from './switchedSide';
import { pacedModem, runOver } from './virtual';

export interface SwitchesOptions {
  readonly seed: number;
  /** The number of downloads on each firmware. Each pauses its reader at one random moment or more. */
  readonly moments: number;
  readonly firmwares?: readonly FirmwareVersion[];
  /** Whether the modem is reset at a random moment. */
  readonly resets?: boolean;
  readonly print: (line: string) => void;
}

/** Milliseconds of virtual time after which a download is stuck. */
const patience = 120_000;
/** Milliseconds of virtual time in which the modem is reset. */
const resetTime = 5_000;

/**
 * Downloads over two links at once, in virtual time, while one of them sends, with a reader that pauses at random moments.
 * So the receive mode changes in the middle. Sometimes there are also an encrypted link and a port for datagrams.
 *
 * @returns Whether all bytes arrived, in order. With a reset, whether those were a beginning of what was sent.
 */
export async function switches({
  seed,
  moments,
  firmwares = firmwareVersions,
  resets = false,
  print,
}: SwitchesOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of firmwares) {
    const counts: number[] = [];
    for (let moment = 0; moment < moments; moment++) {
      try {
        counts.push(transfer(firmware, seed + moment, resets));
        await runOver();
      } catch (error) {
        isFine = false;
        print(`AT ${firmware}, seed ${seed + moment}: ${String(error)}`);
      }
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    print(
      `AT ${firmware}: ${counts.length} of ${moments} downloads in order, with ${total} switches of the receive mode, ` +
        `${Math.max(0, ...counts)} at most in one`,
    );
  }
  return isFine;
}

/** Runs one download, and returns how often the receive mode changed. */
function transfer(firmware: FirmwareVersion, seed: number, isReset: boolean): number {
  const random = new Random(seed);
  const scheduler = new VirtualTimeScheduler(undefined, patience);
  const side = (port: number, isSlow: boolean, isEncrypted = false): SwitchedSide =>
    new SwitchedSide({ port, isSlow, isEncrypted, sends: port !== 80, firmware, seed, random, scheduler });
  const sides = [side(80, true), side(81, false)];
  if (random.chance(0.3)) sides.push(side(443, random.chance(0.5), true));
  const echoes = random.chance(0.3) ? [new DatagramEchoes(seed, random, scheduler)] : [];
  const modem = pacedModem(firmware, {
    scheduler,
    seed,
    hosts: Object.fromEntries(sides.map(({ name, talk }) => [name, talk])),
    datagrams: echoingHost,
    chunking: random.chance(0.5) ? 'whole' : random.integer(1, 300),
    interleave: random.chance(0.5) ? 0.25 : 1,
    baud: random.chance(0.3) ? 921_600 : 115_200,
  });
  const [what, habit] = habits[random.integer(0, habits.length - 1)]!;
  if (habit) modem.emulator.fault(habit);
  let count = 0;
  modem.nic.trace$.subscribe(({ text }) => {
    if (text.startsWith('AT+CIPRECVMODE=')) count++;
  });
  const begin = () => {
    if (isReset) scheduler.schedule(() => modem.emulator.fault({ kind: 'reset' }), random.between(0, resetTime));
    return merge(...sides.map((each) => each.download(modem)), ...echoes.map((each) => each.exchange(modem)));
  };
  modem.online$.pipe(concatMap(begin)).subscribe();
  scheduler.flush();
  const wrong = [...sides, ...echoes].flatMap((each) => each.fault(isReset) ?? []);
  if (wrong.length > 0) throw new Error([...wrong, what].join('; '));
  return count;
}
