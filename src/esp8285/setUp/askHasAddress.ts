import { concatMap, map, type Observable, of } from 'rxjs';

import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import type { Steps } from './steps';

/**
 * Asks whether the modem has an address, and emits the answer. Some newer firmware refuses `AT+CIPSTATUS` (esp-at issue
 * 322), so other queries follow it.
 */
export function askHasAddress(steps: Steps): Observable<boolean> {
  const ways = [
    { command: common.status, readAddress: addressByStatus },
    // Once more, because the line may have been damaged the first time.
    { command: common.status, readAddress: addressByStatus },
    { command: common.askStation, readAddress: addressByStation },
    { command: common.askOwnAddresses, readAddress: addressByAddresses },
  ];
  return ways.reduceRight<Observable<boolean>>(
    (otherwise$, { command, readAddress }) =>
      steps.ask(command).pipe(
        map(readAddress),
        concatMap((hasAddress) => (hasAddress === undefined ? otherwise$ : of(hasAddress))),
      ),
    of(false),
  );
}

/** `STATUS:2`: it has an address; 3 and 4: it also has, or had, connections. */
function addressByStatus(lines: readonly string[]): boolean | undefined {
  const status = firstMatch(lines, /^\+?(?:CIP)?STATUS:\s*(\d)$/)?.[1];
  return status === undefined ? undefined : ['2', '3', '4'].includes(status);
}

/** `+CWSTATE:2,"my-ssid"`: it is on a network and has an address. */
function addressByStation(lines: readonly string[]): boolean | undefined {
  const state = firstMatch(lines, /^\+CWSTATE:\s*(\d)/)?.[1];
  return state === undefined ? undefined : state === '2';
}

/** `+CIFSR:STAIP,"192.168.1.5"`; AT before 1.0 prints the address alone. */
function addressByAddresses(lines: readonly string[]): boolean | undefined {
  const address = firstMatch(lines, /^(?:\+CIFSR:\s*(?:STAIP,)?\s*)?"?(\d+\.\d+\.\d+\.\d+)"?$/)?.[1];
  return address === undefined ? undefined : address !== '0.0.0.0';
}
