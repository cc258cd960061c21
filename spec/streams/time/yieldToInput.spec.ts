import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import {
  firstValueFrom,
  fromEvent,
  map,
  NEVER,
  type SchedulerAction,
  type SchedulerLike,
  type Subscription,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { deadline } from '../../../src/streams/time/deadline';
import { yieldToInput } from '../../../src/streams/time/yieldToInput';

/** A clock that jumps, as it does for a program that has stood still. */
class Standing implements SchedulerLike {
  private stood = 0;

  constructor(private readonly virtual: VirtualTimeScheduler) {}

  stand(milliseconds: number): void {
    this.stood += milliseconds;
  }

  now(): number {
    return this.virtual.now() + this.stood;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    return this.virtual.schedule(work, delay, state);
  }
}

describe('yieldToInput', () => {
  it('leaves a timer that is in time, or hardly late, as it is', () => {
    for (const lateness of [0, 100]) {
      const virtual = new VirtualTimeScheduler();
      const scheduler = new Standing(virtual);
      const fired: number[] = [];
      timer(8_000, yieldToInput(scheduler)).subscribe(() => fired.push(virtual.now()));
      scheduler.stand(lateness);
      virtual.flush();
      assert.deepStrictEqual(fired, [8_000]);
    }
  });

  it('has a timer that is late wait for what is to be read, and not for ever', () => {
    const virtual = new VirtualTimeScheduler();
    const scheduler = new Standing(virtual);
    const fired: number[] = [];
    timer(8_000, yieldToInput(scheduler)).subscribe(() => fired.push(virtual.now()));
    scheduler.stand(4_000);
    virtual.flush();
    assert.deepStrictEqual(fired, [8_100]);
  });

  it('fires again and again where that is asked for, and not at all once it is unsubscribed', () => {
    const virtual = new VirtualTimeScheduler(undefined, 1_000);
    const scheduler = new Standing(virtual);
    const fired: number[] = [];
    timer(100, 200, yieldToInput(scheduler)).subscribe(() => fired.push(virtual.now()));
    timer(100, yieldToInput(scheduler))
      .subscribe(() => fired.push(-1))
      .unsubscribe();
    scheduler.stand(4_000);
    virtual.flush();
    assert.deepStrictEqual(fired, [200, 400, 600, 800, 1_000]);
  });
});

describe('a deadline that passes while the program stands still', () => {
  const expired = () => new Error('expired');

  it('F24 counts less than what lies in the port by then', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const socket = connect(address.port, '127.0.0.1');
    const [peer] = (await once(server, 'connection')) as [typeof socket];
    const received = firstValueFrom(
      fromEvent(socket, 'data').pipe(
        map((bytes) => String(bytes)),
        deadline(30, { expired }),
      ),
    );
    peer.write('in time');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    assert.strictEqual(await received, 'in time');
    socket.destroy();
    peer.destroy();
    server.close();
    await once(server, 'close');
  });

  it('ends what has got nothing', () => {
    const virtual = new VirtualTimeScheduler();
    const scheduler = new Standing(virtual);
    let failed = '';
    NEVER.pipe(deadline(8_000, { expired, scheduler })).subscribe({
      error: (error: unknown) => (failed = String(error)),
    });
    scheduler.stand(4_000);
    virtual.flush();
    assert.strictEqual(failed, 'Error: expired');
  });
});
