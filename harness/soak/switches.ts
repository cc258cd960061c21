import {
  catchError,
  concatMap,
  EMPTY,
  ignoreElements,
  merge,
  type Observable,
  takeWhile,
  tap,
  VirtualTimeScheduler,
} from 'rxjs';

import { type Fault, type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { Random } from '../../src/emulator/simulation/random';
import type { Talk, VirtualModem } from '../../src/testing';
import { OSError } from '../../src/usocket';
import { digest, payload } from './payload';
import { type Pause, reading, talking } from './transfer';
import { pacedModem } from './virtual';

export interface SwitchesOptions {
  readonly seed: number;
  /** The number of downloads on each firmware. Each pauses its reader at one random moment or more. */
  readonly moments: number;
  readonly firmwares?: readonly FirmwareVersion[];
  /** Whether the modem is reset at a random moment. */
  readonly resets?: boolean;
  readonly print: (line: string) => void;
}

/** What the modem does with data that wait when it is told to push. */
const habits: readonly (Fault | undefined)[] = [
  undefined,
  { kind: 'keep-waiting' },
  { kind: 'keep-waiting', overtake: true },
];

const address = '192.168.1.9';
/** Milliseconds of virtual time after which a download is stuck. */
const patience = 120_000;
/** Milliseconds of virtual time in which the modem is reset. */
const resetTime = 5_000;

/** One of the two links. */
interface Side {
  readonly port: number;
  readonly said: Buffer;
  readonly sends: Buffer;
  readonly got: Buffer[];
  readonly heard: Buffer[];
  ended: string;
}

/**
 * Downloads over two links at once, in virtual time, while one of them sends, with a reader that pauses at random moments.
 * So the receive mode changes in the middle.
 *
 * @returns Whether all bytes arrived, in order. With a reset, whether those were a beginning of what was sent.
 */
export function switches({
  seed,
  moments,
  firmwares = firmwareVersions,
  resets = false,
  print,
}: SwitchesOptions): boolean {
  let isFine = true;
  for (const firmware of firmwares) {
    const counts: number[] = [];
    for (let moment = 0; moment < moments; moment++) {
      try {
        counts.push(transfer(firmware, seed + moment, resets));
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
  const sides = [80, 81].map((port): Side => ({
    port,
    said: payload(random.integer(4_000, 40_000), seed + port),
    sends: port === 80 ? Buffer.alloc(0) : payload(random.integer(0, 6_000), seed),
    got: [],
    heard: [],
    ended: 'nothing',
  }));
  const modem = pacedModem(firmware, {
    scheduler,
    seed,
    hosts: Object.fromEntries(sides.map((side) => [`${address}:${side.port}`, peerOf(side, random, scheduler)])),
    chunking: random.chance(0.5) ? 'whole' : random.integer(1, 300),
    interleave: random.chance(0.5) ? 0.25 : 1,
    baud: random.chance(0.3) ? 921_600 : 115_200,
  });
  const habit = habits[random.integer(0, habits.length - 1)];
  if (habit) modem.emulator.fault(habit);
  let count = 0;
  modem.nic.trace$.subscribe(({ text }) => {
    if (text.startsWith('AT+CIPRECVMODE=')) count++;
  });
  const begin = () => {
    if (isReset) scheduler.schedule(() => modem.emulator.fault({ kind: 'reset' }), random.between(0, resetTime));
    return merge(...sides.map((side, index) => downloading(side, index === 0, firmware, modem, random, scheduler)));
  };
  modem.online$.pipe(concatMap(begin)).subscribe();
  scheduler.flush();
  for (const side of sides) check(side, isReset, habit);
  return count;
}

/** @throws Error when a byte is missing or wrong, or when the download has not ended. */
function check({ port, said, sends, got, heard, ended }: Side, isReset: boolean, habit: Fault | undefined): void {
  const received = Buffer.concat(got);
  const isBeginning = received.equals(said.subarray(0, received.length));
  const isWhole = ended === 'end' && received.length === said.length && Buffer.concat(heard).equals(sends);
  if (isBeginning && (isWhole || (isReset && ended === 'ECONNRESET'))) return;
  throw new Error(
    `port ${port}: got ${digest(received)} of ${digest(said)}, ${isBeginning ? 'a' : 'NOT A'} beginning, and then ` +
      `${ended}; the peer got ${digest(Buffer.concat(heard))} of ${digest(sends)}; ${habit ? JSON.stringify(habit) : ''}`,
  );
}

/** Reads everything, with pauses or without, and sends meanwhile. */
function downloading(
  side: Side,
  isSlow: boolean,
  firmware: FirmwareVersion,
  modem: VirtualModem,
  random: Random,
  scheduler: VirtualTimeScheduler,
): Observable<never> {
  // A socket of AT 1.5 must have room for everything, because nothing can be held back.
  const receiveBuffer = isSlow && firmware !== '1.5' ? random.integer(1_000, 20_000) : 262_144;
  const socket = modem.socket({ receiveBuffer });
  const pauses = isSlow ? pausesOf(random) : [];
  const sending$ = side.sends.length > 0 ? socket.sendall$(side.sends).pipe(ignoreElements()) : EMPTY;
  const reading$ = reading(socket, pauses, random, scheduler).pipe(tap((chunk) => side.got.push(chunk)));
  return socket.connect$([address, side.port]).pipe(
    concatMap(() => merge(reading$, sending$)),
    ignoreElements(),
    tap({ complete: () => (side.ended = 'end') }),
    catchError((error: unknown) => {
      side.ended = error instanceof OSError ? error.code : String(error);
      return EMPTY;
    }),
  );
}

/** A peer that says its bytes, and ends when it has received all that is sent to it. */
function peerOf({ said, sends, heard }: Side, random: Random, scheduler: VirtualTimeScheduler): Talk {
  return (received$) => {
    const all$ = received$.pipe(
      tap((bytes) => heard.push(bytes)),
      takeWhile(() => Buffer.concat(heard).length < sends.length),
      ignoreElements(),
    );
    return merge(talking(said, random, scheduler), sends.length > 0 ? all$ : EMPTY);
  };
}

/** Where a reader pauses, in bytes, and for how many milliseconds. */
function pausesOf(random: Random): readonly Pause[] {
  const count = random.integer(1, 3);
  return Array.from({ length: count }, (): Pause => [random.integer(0, 20_000), random.integer(100, 3_000)]).sort(
    ([one], [other]) => one - other,
  );
}
