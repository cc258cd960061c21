import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, type Observable, tap } from 'rxjs';

import { firmwareVersions } from '../../src/emulator';
import { troubles } from './support/faults';
import type { OperationName } from './support/operations';
import { echo } from './support/peers';
import { kept, patience, suffer } from './support/suffer';
import { promises } from './support/table';
import { World } from './support/world';

const column = 'another socket';
/** Of which each has the modem at work: the fault strikes the one, and the other socket waits behind it. */
const asking: readonly OperationName[] = ['resolve', 'connect', 'send', 'close', 'sendto'];
/** The modem may be at no work for it when it begins: of the faults that lie in wait they would strike the other socket. */
const listening: OperationName = 'recv, in a download';

const promisesOf = promises();
const cells = Object.entries(troubles).flatMap(([fault, { before = false }]) =>
  [...asking, ...(before ? [] : [listening])].map((operation) => [fault, operation] as const),
);

/** A socket is connected; then emits what it says and is answered. */
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

describe.each(firmwareVersions)('another socket, AT %s', (firmware) => {
  it.each(cells)('%s: %s', (fault, operation) => {
    const world = new World(firmware);
    const { ending, struck } = suffer(world, fault, operation, () => anotherSocket(world));
    world.run(world.modem.nic.close$(), patience);
    world.end();
    kept(promisesOf.get(fault)?.get(column), ending, struck, 0);
  });
});

describe('a line that ends a conversation, and is lost or comes in other words,', () => {
  const rows = ['an answer lost', 'the last line lost', 'the last line reworded', '`ERROR` as the last line'];

  it.each(rows)('costs nobody more than 10 s, and nobody else more than 5 s: %s', (row) => {
    const within = [...(promisesOf.get(row) ?? [])].map(([name, promised]) => [name, promised.within] as const);
    expect(within.length).toBeGreaterThan(0);
    for (const [name, milliseconds] of within) {
      expect([name, milliseconds <= (name === column ? 5_000 : 10_000)]).toEqual([name, true]);
    }
  });
});
