import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { format } from 'node:util';
import { concat, type Observable, tap } from 'rxjs';

import { firmwareVersions, type FirmwareVersion } from '../../src/emulator';
import { troubles } from './support/faults';
import { newSocketWorks, type OperationName, operations } from './support/operations';
import { type Promised, promises } from './support/table';
import { type Ending, World } from './support/world';

/** Longest that anything is waited for, in milliseconds. */
const patience = 200_000;
/** Milliseconds in which an interface closes, whatever the modem does. */
const closing = 5_000;

const promisesOf = promises();
const cells = Object.keys(troubles).flatMap((fault) =>
  Object.keys(operations).map((operation) => [fault, operation as OperationName] as const),
);

describe('the table of faults in docs/reliability.md', () => {
  it('has a row for each fault of this matrix, and no other', () => {
    expect([...promisesOf.keys()]).toEqual(Object.keys(troubles));
  });

  it('has a column for each operation', () => {
    const columns = Object.values(operations).map(({ column }) => column);
    expect([...(promisesOf.get('nothing')?.keys() ?? [])]).toEqual([...new Set(columns), 'a new socket']);
  });
});

describe.each(firmwareVersions)('AT %s', (firmware) => {
  it.each(cells)('%s: %s', async (fault, operation) => {
    const { column, takes } = operations[operation];
    const ofFault = promisesOf.get(fault);
    const world = new World(firmware);
    const { ending, struck } = suffer(world, fault, operation);
    kept(ofFault?.get(column), ending, struck, takes);

    const again = ofFault?.get('a new socket');
    const hasJoined = operation !== 'join' || ending?.how === 'ok';
    const fresh = world.run(
      newSocketWorks(world, hasJoined),
      again?.outcomes[0] === 'ok' ? patience : (again?.within ?? 0),
    );
    kept(again, fresh, struck, ending ? ending.at - struck : 0);
    delivered(world, fault, firmware, ending);

    const closed = world.run(world.modem.nic.close$(), closing);
    world.end();
    assert.equal(closed?.how, 'ok');
    assert.deepStrictEqual({ timers: world.timers, listeners: world.listeners }, { timers: 0, listeners: 0 });
    // RxJS reports by a timer what nobody has caught.
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepStrictEqual(world.unhandled, []);
  });
});

/** Begins the operation, has the fault strike, and waits for the end. */
function suffer(
  world: World,
  fault: string,
  name: OperationName,
): { readonly ending: Ending | undefined; readonly struck: number } {
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
  if (trouble.before) trouble.strike(world);
  const begun = world.begin(concat(...ready));
  if (!trouble.before) {
    world.pass(strikeAfter);
    trouble.strike(world);
  }
  const struck = world.scheduler.now();
  world.pass(patience, () => begun.ending !== undefined);
  begun.running.unsubscribe();
  return { ending: begun.ending, struck };
}

/** The operation has ended as promised. */
function kept(promised: Promised | undefined, ending: Ending | undefined, struck: number, takes: number): void {
  assert.ok(promised);
  const how = ending ? ending.how : 'waits';
  assert.ok(
    promised.outcomes.some((outcome) => outcome === how),
    format('%o is none of %j', how, promised.outcomes),
  );
  const took = ending ? ending.at - struck : 0;
  assert.ok(took <= promised.within + takes, `took ${String(took)} ms`);
}

/** What has been delivered is a true beginning of what was sent, and all of it after a good end. */
function delivered(world: World, fault: string, firmware: FirmwareVersion, ending: Ending | undefined): void {
  const { mayFlip = 0, mayCorrupt = [] } = troubles[fault] ?? {};
  if (mayCorrupt.includes('sent') && world.sunk.length > 0) return;
  if (mayCorrupt.includes('pushed') && firmware === '1.5' && world.received.length > 0) return;
  world.check(ending?.how === 'ok', mayFlip);
}
