import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, type Observable, tap } from 'rxjs';

import { faultCases } from './support/faults';
import type { OperationName } from './support/operations';
import { echo } from './support/peers';
import { assertPromised, patience, runWithFault } from './support/runWithFault';
import { promisedOutcomes } from './support/table';
import { modems, World } from './support/world';

const column = 'another socket';
/** Operations that keep the modem busy. The fault strikes the operation, and the other socket waits behind it. */
const asking: readonly OperationName[] = ['resolve', 'connect', 'send', 'close', 'sendto'];
/** The modem may be idle when this one begins. A fault that waits for the next command would strike the other socket. */
const listening: OperationName = 'recv, in a download';

const promisesOf = promisedOutcomes();
const cells = Object.entries(faultCases).flatMap(([fault, { before = false }]) =>
  [...asking, ...(before ? [] : [listening])].map((operation) => [fault, operation] as const),
);

/** Connects a socket now. The result sends something through it, and waits for the answer. */
function anotherSocket(world: World): Observable<unknown> {
  const socket = world.modem.socket();
  assert.equal(world.run(socket.connect$(echo), patience)?.how, 'ok');
  const answered$ = socket.read$(4).pipe(
    tap((bytes) => {
      assert.equal(String(bytes), 'ping');
    }),
  );
  return concat(socket.sendall$('ping'), answered$);
}

/** AT 1.5 always pushes. */
const pushing = [
  ['1.7.4', 'pushed'],
  ['2.2.2', 'pushed'],
] as const;

describe.each([...modems, ...pushing])('another socket, AT %s, %s', (firmware, receive) => {
  it.each(cells)('%s: %s', (fault, operation) => {
    const world = new World(firmware, receive);
    const { ending, struck } = runWithFault(world, fault, operation, () => anotherSocket(world));
    world.run(world.modem.nic.close$(), patience);
    world.end();
    assertPromised(promisesOf.get(fault)?.get(column), ending, struck, 0);
  });
});

describe('a lost or reworded line that ends an answer', () => {
  const rows = ['an answer lost', 'the last line lost', 'the last line reworded', '`ERROR` as the last line'];

  it.each(rows)('delays its operation by at most 10 s, and other sockets by at most 5 s: %s', (row) => {
    const within = [...(promisesOf.get(row) ?? [])].map(([name, promised]) => [name, promised.within] as const);
    expect(within.length).toBeGreaterThan(0);
    for (const [name, milliseconds] of within) {
      expect([name, milliseconds <= (name === column ? 5_000 : 10_000)]).toEqual([name, true]);
    }
  });
});
