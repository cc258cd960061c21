import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom, take, timer, toArray } from 'rxjs';

import { ProgramTime } from '../../src/system/programTime';

afterEach(() => {
  jest.useRealTimers();
});

describe('ProgramTime', () => {
  it('runs actions once, again and again, and not when they are unsubscribed', async () => {
    const time = new ProgramTime();
    const before = Date.now();
    expect(await lastValueFrom(timer(5, 5, time).pipe(take(3), toArray()))).toEqual([0, 1, 2]);
    expect(time.now() - before).toBeGreaterThanOrEqual(14);

    const seen: string[] = [];
    const withdrawn = time.schedule(() => seen.push('withdrawn'), 1);
    withdrawn.unsubscribe();
    await lastValueFrom(timer(5, time));
    expect([seen, withdrawn.closed]).toEqual([[], true]);
  });

  it('hands its state to each turn of an action', async () => {
    const time = new ProgramTime();
    const seen: (number | undefined)[] = [];
    await new Promise<void>((resolve) => {
      time.schedule<number>(
        function (left = 0) {
          seen.push(left);
          if (left > 0) this.schedule(left - 1, 1);
          else resolve();
        },
        1,
        2,
      );
    });
    expect(seen).toEqual([2, 1, 0]);
  });

  it('goes on while a program replaces the timers and the clock', async () => {
    const time = new ProgramTime();
    jest.useFakeTimers({ now: 0 });
    const before = time.now();
    await lastValueFrom(timer(5, time));
    expect([Date.now(), before > 0, time.now() > before]).toEqual([0, true, true]);
  });

  it('does not keep the program running while it is unreferenced, with old and new timers', () => {
    const time = new ProgramTime();
    const running = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = running();
    const old = time.schedule(() => undefined, 10_000);
    expect(running() - before).toBe(1);
    time.unref();
    const young = time.schedule(() => undefined, 10_000);
    expect(running() - before).toBe(0);
    time.ref();
    expect(running() - before).toBe(2);
    old.unsubscribe();
    young.unsubscribe();
    expect(running() - before).toBe(0);
  });
});
