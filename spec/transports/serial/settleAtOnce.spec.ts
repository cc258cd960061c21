import { describe, expect, it, jest } from '@jest/globals';

import { settleAtOnce } from '../../../src/transports/serial/settleAtOnce';
import { nextTurn } from '../../../harness/time/turns';

const buffer = Buffer.from('AT');

/** A port whose operations settle when a case says so, and what it has been asked for. */
class StandIn {
  readonly asked: unknown[] = [];
  readonly pending: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];

  read(...args: [Buffer, number, number]): Promise<{ buffer: Buffer; bytesRead: number }> {
    return this.operation('read', args);
  }

  write(...args: [Buffer]): Promise<void> {
    return this.operation('write', args);
  }

  private operation<T>(name: string, args: unknown[]): Promise<T> {
    this.asked.push([name, ...args]);
    return new Promise<T>((resolve, reject) =>
      this.pending.push({ resolve: resolve as (value: unknown) => void, reject }),
    );
  }
}

function portOf(nodeVersion: string) {
  const standIn = new StandIn();
  const { asked, pending } = standIn;
  return { asked, pending, port: settleAtOnce(standIn, nodeVersion) };
}

/** How many immediates are set in some turns of the event loop, without those that wait for the turns. */
async function immediatesIn(turns: number): Promise<number> {
  const set = jest.spyOn(globalThis, 'setImmediate');
  for (let turn = 0; turn < turns; turn++) await nextTurn();
  const count = set.mock.calls.length - turns;
  set.mockRestore();
  return count;
}

describe.each(['26.4.0', '26.12.1', '27.0.0'])('a port of Windows with Node.js %s', (nodeVersion) => {
  it('has something to run in each turn of the event loop while a read is pending', async () => {
    const { port, asked, pending } = portOf(nodeVersion);
    const read = port.read(buffer, 0, 2);
    expect(await immediatesIn(5)).toBe(5);
    pending[0]?.resolve({ buffer, bytesRead: 2 });
    expect(await read).toEqual({ buffer, bytesRead: 2 });
    expect(await immediatesIn(5)).toBe(0);
    expect(asked).toEqual([['read', buffer, 0, 2]]);
  });

  it('has the same while a write is pending', async () => {
    const { port, asked, pending } = portOf(nodeVersion);
    const write = port.write(buffer);
    expect(await immediatesIn(5)).toBe(5);
    pending[0]?.resolve(undefined);
    await write;
    expect(await immediatesIn(5)).toBe(0);
    expect(asked).toEqual([['write', buffer]]);
  });

  it('passes a failure on, and has nothing to run after it', async () => {
    const { port, pending } = portOf(nodeVersion);
    const operations = [port.read(buffer, 0, 2), port.write(buffer)];
    const failure = new Error('unplugged');
    for (const { reject } of pending) reject(failure);
    const refused = { status: 'rejected', reason: failure };
    expect(await Promise.allSettled(operations)).toEqual([refused, refused]);
    expect(await immediatesIn(5)).toBe(0);
  });

  it('begins no turn: the event loop may wait for the port', async () => {
    const { port, pending } = portOf(nodeVersion);
    const read = port.read(buffer, 0, 2);
    await nextTurn();
    expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
    pending[0]?.resolve({ buffer, bytesRead: 2 });
    await read;
  });
});

it.each(['20.20.2', '24.22.3', '26.3.1'])('a port of Windows with Node.js %s is used as it is', async (nodeVersion) => {
  const { port, pending } = portOf(nodeVersion);
  const operations = [port.read(buffer, 0, 2), port.write(buffer)];
  expect(await immediatesIn(5)).toBe(0);
  for (const { resolve } of pending) resolve(undefined);
  await Promise.all(operations);
});
