import assert from 'node:assert/strict';
import { format } from 'node:util';
import { concat, type Observable, tap } from 'rxjs';

import { faultCases } from './faults';
import { type OperationName, operations } from './operations';
import type { PromisedOutcome } from './table';
import type { Ending, World } from './world';

/** Milliseconds of virtual time after which nothing is waited for any more. */
export const patience = 200_000;

/** How an operation ended during which a fault struck. */
export interface FaultRun {
  /** `undefined` if the operation still waits. */
  readonly ending: Ending | undefined;
  /** The time of the fault, in milliseconds of virtual time. */
  readonly struck: number;
}

/**
 * Begins the operation, causes the fault, and waits for the end.
 *
 * @param other Prepares another operation, before the first one and the fault. That operation begins when the fault has
 *   struck, and its end is waited for instead.
 */
export function runWithFault(
  world: World,
  fault: string,
  name: OperationName,
  other?: () => Observable<unknown>,
): FaultRun {
  const { prepare, strikeAfter } = operations[name];
  const faultCase = faultCases[fault];
  assert.ok(faultCase);
  const ready: Observable<unknown>[] = [];
  const prepared$ = prepare(world).pipe(
    tap((operation$) => {
      ready.push(operation$);
    }),
  );
  assert.equal(world.run(prepared$, patience)?.how, 'ok');
  const other$ = other?.();
  if (faultCase.before) faultCase.strike(world);
  const begun = world.begin(concat(...ready));
  if (!faultCase.before) {
    world.pass(strikeAfter);
    faultCase.strike(world);
  }
  const struck = world.scheduler.now();
  const awaited = other$ ? world.begin(other$) : begun;
  world.pass(patience, () => awaited.ending !== undefined);
  awaited.running.unsubscribe();
  begun.running.unsubscribe();
  return { ending: awaited.ending, struck };
}

/** Asserts that an operation has ended as promised, and in time. `takes` are the milliseconds of an undisturbed operation. */
export function assertPromised(
  promised: PromisedOutcome | undefined,
  ending: Ending | undefined,
  struck: number,
  takes: number,
): void {
  assert.ok(promised);
  const how = ending ? ending.how : 'waits';
  assert.ok(
    promised.outcomes.some((outcome) => outcome === how),
    format('%o is none of %j', how, promised.outcomes),
  );
  const took = ending ? ending.at - struck : 0;
  assert.ok(took <= promised.within + takes, `took ${took} ms`);
}
