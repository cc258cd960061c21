import assert from 'node:assert/strict';
import { format } from 'node:util';
import { concat, type Observable, tap } from 'rxjs';

import { troubles } from './faults';
import { type OperationName, operations } from './operations';
import type { Promised } from './table';
import type { Ending, World } from './world';

/** Longest that anything is waited for, in milliseconds. */
export const patience = 200_000;

/** What has come of something that a fault has struck. */
export interface Suffered {
  /** `undefined`: it goes on waiting. */
  readonly ending: Ending | undefined;
  /** When the fault struck, in milliseconds of virtual time. */
  readonly struck: number;
}

/**
 * Begins the operation, has the fault strike, and waits for the end.
 *
 * @param other Another operation, which begins when the fault has struck: then what comes of that one is waited for. Called
 *   in front of the first, and the fault.
 */
export function suffer(world: World, fault: string, name: OperationName, other?: () => Observable<unknown>): Suffered {
  const { prepare, strikeAfter } = operations[name];
  const trouble = troubles[fault];
  assert.ok(trouble);
  const ready: Observable<unknown>[] = [];
  const prepared$ = prepare(world).pipe(
    tap((operation$) => {
      ready.push(operation$);
    }),
  );
  assert.equal(world.run(prepared$, patience)?.how, 'ok');
  const other$ = other?.();
  if (trouble.before) trouble.strike(world);
  const begun = world.begin(concat(...ready));
  if (!trouble.before) {
    world.pass(strikeAfter);
    trouble.strike(world);
  }
  const struck = world.scheduler.now();
  const awaited = other$ ? world.begin(other$) : begun;
  world.pass(patience, () => awaited.ending !== undefined);
  awaited.running.unsubscribe();
  begun.running.unsubscribe();
  return { ending: awaited.ending, struck };
}

/** It has ended as promised, and in time: besides so many milliseconds that it takes by itself. */
export function kept(promised: Promised | undefined, ending: Ending | undefined, struck: number, takes: number): void {
  assert.ok(promised);
  const how = ending ? ending.how : 'waits';
  assert.ok(
    promised.outcomes.some((outcome) => outcome === how),
    format('%o is none of %j', how, promised.outcomes),
  );
  const took = ending ? ending.at - struck : 0;
  assert.ok(took <= promised.within + takes, `took ${took} ms`);
}
