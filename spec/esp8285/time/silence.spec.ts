import { describe, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import assert from 'node:assert/strict';

import { Silence } from '../../../src/esp8285/time/silence';

/** A scheduler that counts the timers. */
class CountingScheduler extends VirtualTimeScheduler {
  timers = 0;

  override schedule: VirtualTimeScheduler['schedule'] = (...args) => {
    this.timers++;
    return super.schedule(...args);
  };
}

/** A silence in virtual time, whose longest pause is 100 ms, and what it has told. */
function listening(collectsFor?: number) {
  const scheduler = new CountingScheduler();
  const told: string[] = [];
  const listener = {
    isUnfinished: true,
    maySettle: true,
    settle: () => void told.push(`settle ${scheduler.now()}`),
    giveUp: () => void told.push(`give up ${scheduler.now()}`),
  };
  const silence = new Silence({ longestPause: 100, collectsFor, scheduler }, listener);
  /** Has bytes come at these times, and lets all timers fire. */
  const hearAt = (...times: readonly number[]) => {
    for (const time of times) VirtualTimeScheduler.prototype.schedule.call(scheduler, () => silence.heard(), time);
    scheduler.flush();
  };
  return { scheduler, listener, silence, told, hearAt };
}

describe('Silence', () => {
  it('settles after a moment, and gives up after the longest pause, once', () => {
    const { told, hearAt } = listening();
    hearAt(7);
    assert.deepStrictEqual(told, ['settle 27', 'give up 107']);
  });

  it.each([
    [0, 4],
    [1, 8],
    [4, 8],
    [16, 20],
    [40, 44],
  ])('settles sooner on a line that collects bytes for %d ms: after %d ms', (collectsFor, moment) => {
    const { told, hearAt } = listening(collectsFor);
    hearAt(7);
    assert.deepStrictEqual(told, [`settle ${7 + moment}`, 'give up 107']);
  });

  it('asks each time how long the line collects, because one that is opened again may be another one', () => {
    const scheduler = new VirtualTimeScheduler();
    const told: number[] = [];
    const options = { longestPause: 100, collectsFor: 16, scheduler };
    const listener = {
      isUnfinished: true,
      maySettle: true,
      settle: () => void told.push(scheduler.now()),
      giveUp: () => undefined,
    };
    const silence = new Silence(options, listener);
    silence.heard();
    scheduler.flush();
    options.collectsFor = 0;
    silence.heard();
    scheduler.flush();
    assert.deepStrictEqual(told, [20, 104]);
  });

  it('counts from the last bytes, at any time of it', () => {
    for (let time = 1; time <= 100; time++) {
      const { told, hearAt } = listening();
      hearAt(0, time);
      const before = time > 20 ? ['settle 20'] : [];
      assert.deepStrictEqual(told.slice(-2), [`settle ${time + 20}`, `give up ${time + 100}`]);
      assert.deepStrictEqual(told.slice(0, -2), before);
    }
  });

  it('makes a timer every 5 ms while bytes come, however many do', () => {
    const { scheduler, told, hearAt } = listening();
    const times = Array.from({ length: 1000 }, (_, index) => index);
    hearAt(...times, ...times, ...times);
    assert.deepStrictEqual(told, ['settle 1019', 'give up 1099']);
    assert.ok(scheduler.timers <= 1000 / 4 + 8, `${scheduler.timers} timers`);
  });

  it('makes a timer every 25 ms while a moment of silence would mean nothing, and gives up as late', () => {
    const { scheduler, listener, told, hearAt } = listening(0);
    listener.maySettle = false;
    const times = Array.from({ length: 1000 }, (_, index) => index);
    hearAt(...times);
    assert.deepStrictEqual(told, ['give up 1099']);
    assert.ok(scheduler.timers <= 1000 / 25 + 4, `${scheduler.timers} timers`);
  });

  it('settles if the last bytes have made a moment of silence mean something', () => {
    const { listener, silence, told, scheduler } = listening();
    listener.maySettle = false;
    silence.heard();
    VirtualTimeScheduler.prototype.schedule.call(
      scheduler,
      () => {
        listener.maySettle = true;
        silence.heard();
      },
      30,
    );
    scheduler.flush();
    assert.deepStrictEqual(told, ['settle 50', 'give up 130']);
  });

  it('makes none while a silence would mean nothing, and stops when it does not any more', () => {
    const { scheduler, listener, told, hearAt } = listening();
    listener.isUnfinished = false;
    hearAt(0, 1, 2);
    assert.equal(scheduler.timers, 0);
    listener.isUnfinished = true;
    listener.settle = () => (listener.isUnfinished = false) as never;
    hearAt(10);
    assert.deepStrictEqual([told, scheduler.timers], [[], 4]);
  });

  it('counts each part from when the one before is over, because the program may have been busy', () => {
    const { scheduler, told, silence } = listening();
    silence.heard();
    // As long as the first timer waits, the program is busy.
    const [first] = scheduler.actions;
    assert.ok(first);
    first.delay = 1000;
    scheduler.flush();
    assert.deepStrictEqual(told, ['settle 1015', 'give up 1095']);
  });

  it('waits no longer than a part when the clock is set back', () => {
    const { scheduler, told, silence } = listening();
    silence.heard();
    scheduler.now = () => scheduler.frame - 3_600_000;
    scheduler.flush();
    assert.equal(scheduler.frame, 105);
    assert.equal(told.length, 2);
  });

  it('is over when it is stopped', () => {
    const { silence, told, scheduler } = listening();
    silence.heard();
    silence.stop();
    scheduler.flush();
    assert.deepStrictEqual([told, scheduler.frame], [[], 0]);
  });
});
