import { map, type Observable } from 'rxjs';

import { common } from '../commands/catalogue';
import { valuesOf } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** Milliseconds: the modem listens on each channel for a while. */
const scanDeadline = 10_000;

/**
 * Looks for networks, and emits what the modem says of each: `'3,"my-ssid",-40,"aa:bb:cc:dd:ee:ff",6,…'`, encryption,
 * name, signal in dBm, address, channel, and more by firmware. MaixPy gives the same texts. A name is printed as it is,
 * quotes and commas included.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
 */
export function scan(executor: Executor): Observable<readonly string[]> {
  return executor.run(simpleExchange(common.scan, scanDeadline)).pipe(
    map((lines) => valuesOf(lines, '+CWLAP:(').map((value) => value.replace(/\)$/, ''))),
    withCommandError('scan'),
  );
}
