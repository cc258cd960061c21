import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import {
  asapScheduler,
  firstValueFrom,
  fromEvent,
  map,
  NEVER,
  of,
  type SchedulerAction,
  type SchedulerLike,
  type Subscription,
  timeout,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { deadline } from '../../../src/streams';
import { yieldToInput } from '../../../src/streams/internal';

/** A virtual clock that jumps, as the real one does for a program that could not run. */
class JumpingClock implements SchedulerLike {
  private jumped = 0;

  constructor(private readonly virtual: VirtualTimeScheduler) {}

  jump(milliseconds: number): void {
    this.jumped += milliseconds;
  }

  now(): number {
    return this.virtual.now() + this.jumped;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    return this.virtual.schedule(work, delay, state);
  }
}

/** A clock that jumps, and runs the first timer before the event loop looks for input. Later ones take real time. */
class BusyClock implements SchedulerLike {
  private jumped = 0;

  jump(milliseconds: number): void {
    this.jumped += milliseconds;
  }

  now(): number {
    return asapScheduler.now() + this.jumped;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, _delay?: number, state?: T): Subscription {
    return asapScheduler.schedule(work, 0, state);
  }
}

describe('yieldToInput', () => {
  it('runs a timer at once that is in time, or up to 100 ms late', () => {
    for (const lateness of [0, 100]) {
      const virtual = new VirtualTimeScheduler();
      const scheduler = new JumpingClock(virtual);
      const fired: number[] = [];
      timer(8_000, yieldToInput(scheduler)).subscribe(() => fired.push(virtual.now()));
      scheduler.jump(lateness);
      virtual.flush();
      assert.deepStrictEqual(fired, [8_000]);
    }
  });

  it('lets a late timer wait 100 ms for input, and no longer', () => {
    const virtual = new VirtualTimeScheduler();
    const scheduler = new JumpingClock(virtual);
    const fired: number[] = [];
    timer(8_000, yieldToInput(scheduler)).subscribe(() => fired.push(virtual.now()));
    scheduler.jump(4_000);
    virtual.flush();
    assert.deepStrictEqual(fired, [8_100]);
  });

  it('repeats a timer that repeats, and never runs one that is unsubscribed', () => {
    const virtual = new VirtualTimeScheduler(undefined, 1_000);
    const scheduler = new JumpingClock(virtual);
    const fired: number[] = [];
    timer(100, 200, yieldToInput(scheduler)).subscribe(() => fired.push(virtual.now()));
    timer(100, yieldToInput(scheduler))
      .subscribe(() => fired.push(-1))
      .unsubscribe();
    scheduler.jump(4_000);
    virtual.flush();
    assert.deepStrictEqual(fired, [200, 400, 600, 800, 1_000]);
  });
});

describe('a deadline that passes while the program is busy', () => {
  const expired = () => new Error('expired');

  it('counts less than the input that waits in the port by then', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const socket = connect(address.port, '127.0.0.1');
    const [peer] = (await once(server, 'connection')) as [typeof socket];
    const clock = new BusyClock();
    const received$ = fromEvent(socket, 'data').pipe(map((bytes) => String(bytes)));
    const patient = firstValueFrom(received$.pipe(deadline(30, { expired, scheduler: clock })));
    const impatient = firstValueFrom(received$.pipe(timeout({ first: 30, scheduler: clock, with: () => of('late') })));
    peer.write('in time');
    clock.jump(400);
    assert.deepStrictEqual(await Promise.all([patient, impatient]), ['in time', 'late']);
    socket.destroy();
    peer.destroy();
    server.close();
    await once(server, 'close');
  });

  it('ends an operation that has received nothing', () => {
    const virtual = new VirtualTimeScheduler();
    const scheduler = new JumpingClock(virtual);
    let failed = '';
    NEVER.pipe(deadline(8_000, { expired, scheduler })).subscribe({
      error: (error: unknown) => (failed = String(error)),
    });
    scheduler.jump(4_000);
    virtual.flush();
    assert.strictEqual(failed, 'Error: expired');
  });
});
