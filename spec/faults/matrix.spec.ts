import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { afterZeroTimers } from '../../harness/time/turns';
import { faultCases } from './support/faults';
import { newSocketWorks, type OperationName, operations } from './support/operations';
import { assertPromised, patience, runWithFault } from './support/runWithFault';
import { promisedOutcomes } from './support/table';
import { type Ending, modems, World } from './support/world';

/** Milliseconds within which an interface closes, whatever the modem does. */
const closing = 5_000;

const promisesOf = promisedOutcomes();
const all = Object.keys(operations) as OperationName[];
/** The operations that depend on how received data come. */
const receiving: readonly OperationName[] = ['send', 'recv, waiting', 'recv, in a download', 'accept'];
/** Those during which an adaptive driver changes the receive mode. */
const switching: readonly OperationName[] = ['recv, at a switch to pulling', 'recv, at a switch to pushing'];
const ofModem = ([firmware, receive]: (typeof modems)[number]) =>
  receive === 'adaptive' && firmware !== '1.5' ? all : all.filter((name) => !switching.includes(name));
const cells = (names: readonly OperationName[]) =>
  Object.keys(faultCases).flatMap((fault) => names.map((operation) => [fault, operation] as const));
/** AT 1.5 always pushes. */
const pushing = [
  ['1.7.4', 'pushed', receiving],
  ['2.2.2', 'pushed', receiving],
] as const;

describe('the table of faults in docs/reliability.md', () => {
  it('has a row for each fault of this matrix, and no other', () => {
    expect([...promisesOf.keys()]).toEqual(Object.keys(faultCases));
  });

  it('has a column for each operation', () => {
    const columns = Object.values(operations).map(({ column }) => column);
    expect([...(promisesOf.get('nothing')?.keys() ?? [])]).toEqual([
      ...new Set(columns),
      'another socket',
      'a new socket',
    ]);
  });
});

describe.each([...modems.map((modem) => [...modem, ofModem(modem)] as const), ...pushing])(
  'AT %s, %s',
  (firmware, receive, names) => {
    it.each(cells(names))('%s: %s', async (fault, operation) => {
      const { column, takes } = operations[operation];
      const ofFault = promisesOf.get(fault);
      const world = new World(firmware, receive);
      const { ending, struck } = runWithFault(world, fault, operation);
      assertPromised(ofFault?.get(column), ending, struck, takes);

      const again = ofFault?.get('a new socket');
      const hasJoined = operation !== 'join' || ending?.how === 'ok';
      const fresh = world.run(
        newSocketWorks(world, hasJoined),
        again?.outcomes[0] === 'ok' ? patience : (again?.within ?? 0),
      );
      assertPromised(again, fresh, struck, ending ? ending.at - struck : 0);
      const mayPush = firmware === '1.5' || receive !== 'pulled';
      delivered(world, fault, mayPush, ending, switching.includes(operation));

      const closed = world.run(world.modem.nic.close$(), closing);
      world.end();
      assert.equal(closed?.how, 'ok');
      assert.deepStrictEqual({ timers: world.timers, listeners: world.listeners }, { timers: 0, listeners: 0 });
      await afterZeroTimers();
      assert.deepStrictEqual(world.unhandled, []);
    });
  },
);

/** Asserts that the delivered bytes are a prefix of what was sent, and all of it after a good end. */
function delivered(
  world: World,
  fault: string,
  mayPush: boolean,
  ending: Ending | undefined,
  isSwitching: boolean,
): void {
  const { mayFlip = 0, mayCorrupt = [], mayInsert } = faultCases[fault] ?? {};
  if (mayCorrupt.includes('sent') && world.sunk.length > 0) return;
  if (mayCorrupt.includes('pushed') && mayPush && world.received.length > 0) return;
  world.check(ending?.how === 'ok', mayFlip, isSwitching ? mayInsert : undefined);
}
