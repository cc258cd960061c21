import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';

import { ReadWait } from '../../../src/transports/serial/readWait';

/** More than any read collects. */
const plenty = 100_000;

let scheduler: VirtualTimeScheduler;
beforeEach(() => {
  scheduler = new VirtualTimeScheduler();
});

/** The wait after a read, when that many bytes are expected. */
function waitFor(bytes: number, baudRate: number): number {
  const wait = new ReadWait(baudRate, scheduler);
  wait.took(1);
  wait.expect(bytes);
  return wait.milliseconds;
}

describe('the wait before a read', () => {
  it('is none while nothing is expected, and before the first read', () => {
    expect(waitFor(0, 115_200)).toBeLessThanOrEqual(0);
    const wait = new ReadWait(115_200, scheduler);
    wait.expect(1000);
    expect(wait.milliseconds).toBeLessThanOrEqual(0);
  });

  it.each([
    // A byte takes 87 µs, so that the last one is there after 4.3 ms.
    [115_200, 50, 3],
    [115_200, 5840, 8],
    [921_600, 500, 4],
    [921_600, 5840, 8],
    // A quarter of the operating system's buffer takes 5.1 and 3.4 ms.
    [2_000_000, 5840, 5],
    [3_000_000, 5840, 3],
    // Its last byte is there before a timer could tell.
    [921_600, 90, 0],
  ])('at %d baud, for %d bytes, is %d ms', (baudRate, bytes, milliseconds) => {
    expect(Math.max(0, waitFor(bytes, baudRate))).toBe(milliseconds);
  });

  it('is never longer than 8 ms, than the bytes take, or than a quarter of the buffer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 300, max: 6_000_000 }), (bytes, baudRate) => {
        const wait = waitFor(bytes, baudRate);
        const collected = (wait * baudRate) / 10_000;
        expect(wait).toBeLessThanOrEqual(8);
        expect(collected).toBeLessThanOrEqual(Math.min(bytes, 1024));
      }),
    );
  });

  it('counts the bytes that have been read since they were expected', () => {
    const wait = new ReadWait(921_600, scheduler);
    wait.took(1);
    wait.expect(1000);
    wait.took(500);
    expect(wait.milliseconds).toBe(4);
    wait.took(600);
    expect(wait.milliseconds).toBeLessThanOrEqual(0);
  });

  it('is counted from the last read', () => {
    const wait = new ReadWait(921_600, scheduler);
    wait.took(1);
    wait.expect(5840);
    scheduler.schedule(() => expect(wait.milliseconds).toBe(3), 5);
    scheduler.schedule(() => expect(wait.milliseconds).toBeLessThanOrEqual(0), 30);
    scheduler.flush();
    expect.assertions(2);
  });

  it('ends with the last byte, also after a read that bytes were late for', () => {
    const wait = new ReadWait(921_600, scheduler);
    wait.took(1);
    // The last one is there after 10.9 ms.
    wait.expect(1000);
    scheduler.schedule(() => {
      wait.took(200);
      wait.expect(800);
      expect(wait.milliseconds).toBe(1);
    }, 8);
    scheduler.flush();
    // The next block has a time of its own.
    wait.expect(900);
    expect(wait.milliseconds).toBe(8);
    expect.assertions(2);
  });

  it('follows the speed of the line', () => {
    const wait = new ReadWait(115_200, scheduler);
    wait.took(1);
    wait.expect(40);
    expect(wait.milliseconds).toBe(2);
    wait.setBaudRate(921_600);
    expect(wait.milliseconds).toBeLessThanOrEqual(0);
  });

  /** What brings that many bytes in each 8 ms, of many more. */
  function bringing(bytes: number, baudRate: number, times = 20): ReadWait {
    const wait = new ReadWait(baudRate, scheduler);
    wait.expect(plenty);
    wait.took(1);
    for (let index = 1; index <= times; index++) scheduler.schedule(() => wait.took(bytes), 8 * index);
    scheduler.flush();
    return wait;
  }

  it.each([
    // As many as 921,600 baud allow, and as many as the buffer has room for.
    [737, 400, 3],
    [4000, plenty, 2],
  ])('is shorter on a port that brings more than its speed allows, %d bytes', (each, bytes, milliseconds) => {
    const wait = bringing(each, 115_200);
    wait.expect(bytes);
    expect(wait.milliseconds).toBe(milliseconds);
    // It is not for the next speed.
    wait.setBaudRate(115_200);
    wait.expect(50);
    expect(wait.milliseconds).toBe(3);
  });

  it('is the same on a port that brings less, and after a burst', () => {
    const wait = bringing(50, 115_200);
    scheduler.schedule(() => wait.took(400), 1);
    scheduler.flush();
    wait.expect(50);
    expect(wait.milliseconds).toBe(3);
  });
});
