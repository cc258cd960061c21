import type { FirmwareVersion } from '../../src/emulator';
import { downloadOver, habits } from '../modems/switchingLine';
import { payload } from './payload';
import { runOver } from './virtual';

export interface StopsOptions {
  readonly firmwares?: readonly FirmwareVersion[];
  /** Stops at each byte (1), or at one in so many. */
  readonly stride?: number;
  readonly print: (line: string) => void;
}

/** The line is slow, so that the modem says few bytes in the time in which the receive mode changes. */
const baud = 19_200;
const size = 3_520;
/** A flood, and then less than the line can carry. */
const pieces = Array.from({ length: 52 }, (_, at) => (at < 10 ? ([0, 100] as const) : ([100, 60] as const)));
/** So a reader is behind when it has not read 308 bytes. */
const receiveBuffer = 8_500;
const [said, saidToo] = [payload(size, 3), payload(200, 4)];

/**
 * Downloads with a reader that stops at each byte in turn, so that the receive mode changes, while another link receives.
 * Everything must arrive, in order.
 *
 * @returns Whether it did.
 */
export async function stops({ firmwares = ['1.7.4', '2.2.2'], stride = 1, print }: StopsOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of firmwares) {
    for (const [index, [name, habit]] of habits.entries()) {
      let [runs, switches] = [0, 0];
      for (let at = index % stride; at < size; at += stride) {
        const result = downloadOver({
          firmware,
          habit,
          baud,
          downloads: [
            { bytes: said, pieces, receiveBuffer, stops: [[at, 600]] },
            {
              bytes: saidToo,
              pieces: [
                [500, 100],
                [900, 100],
              ],
              receiveBuffer: 262_144,
              stops: [],
            },
          ],
        });
        await runOver();
        runs++;
        switches += result.switches;
        for (const { sent, received, ended } of result.ends) {
          if (ended === 'end' && received.equals(sent)) continue;
          isFine = false;
          print(`AT ${firmware}, which ${name}: a stop at byte ${at}: ${received.length} of ${sent.length}, ${ended}`);
        }
      }
      print(`AT ${firmware}, which ${name}: ${runs} downloads, with ${switches} switches of the receive mode`);
    }
  }
  return isFine;
}
