import { defer, filter, ignoreElements, map, merge, type Observable, take, tap } from 'rxjs';

import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { askAtLength, type Exchange, simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { type FoundNetwork, foundNetworkOf } from './foundNetwork';

/** Milliseconds: the modem listens on each channel for a while. */
const scanDeadline = 10_000;

/**
 * Looks for networks, and emits what the modem says of each: see {@link FoundNetwork}.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses, or answers what cannot be understood.
 */
export function scan(executor: Executor): Observable<readonly FoundNetwork[]> {
  return executor.run(scanExchange()).pipe(withCommandError('scan'));
}

function scanExchange(): Exchange<readonly FoundNetwork[]> {
  const exchange = simpleExchange(common.scan, scanDeadline, askAtLength);
  return {
    ...exchange,
    converse: (wire) =>
      defer(() => {
        const bytesOf = new Map<string, Buffer>();
        // The lines of an answer are text, and a name need not be.
        const listening$ = wire.frames$.pipe(
          filter((frame) => frame.kind === 'line'),
          tap(({ text, bytes }) => bytes && bytesOf.set(text, bytes)),
          ignoreElements(),
        );
        return merge(listening$, exchange.converse(wire)).pipe(
          take(1),
          map((lines) => networksOf(lines, bytesOf)),
        );
      }),
  };
}

function networksOf(lines: readonly string[], bytesOf: ReadonlyMap<string, Buffer>): readonly FoundNetwork[] {
  const named = lines.filter((line) => line.startsWith('+CWLAP:'));
  const found = named
    .map((line) => foundNetworkOf(bytesOf.get(line) ?? Buffer.from(line)))
    .filter((network) => network !== undefined);
  // One line that the line has damaged is one network less; nothing but such is another language.
  if (named.length > 0 && found.length === 0)
    throw Refusal.without('a network that can be read', common.scan.shown, named);
  return found;
}
