import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { crowdOf } from './crowdOf';
import { runOver } from './virtual';

export interface CrowdOptions {
  readonly seed: number;
  /** The number of runs on each firmware. */
  readonly runs: number;
  readonly firmwares?: readonly FirmwareVersion[];
  readonly print: (line: string) => void;
}

/**
 * Uses several links of each firmware at once, in virtual time: connections, some of them encrypted, clients and a port for
 * datagrams, which receive and send at their own pace, while something may go wrong.
 *
 * @returns Whether everything arrived that had to, in order, and everything ended.
 */
export async function crowd({ seed, runs, firmwares = firmwareVersions, print }: CrowdOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of firmwares) {
    let good = 0;
    let links = 0;
    for (let run = 0; run < runs; run++) {
      const { sides, told, problems } = crowdOf(firmware, seed + run);
      links += sides;
      await runOver();
      if (problems.length === 0) {
        good++;
        continue;
      }
      isFine = false;
      print(`AT ${firmware}, seed ${seed + run}, ${told}:\n  ${problems.join('\n  ')}`);
    }
    print(`AT ${firmware}: ${good} of ${runs} runs in order, with ${links} connections`);
  }
  return isFine;
}
