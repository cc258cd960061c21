import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { lowWater, PacedLine } from '../../../src/emulator/line/pacedLine';

/** A line in virtual time, and what comes through it: the time, and the bytes or the name of an action. */
function paced(
  cut?: (available: number) => number,
  interval = 2,
): {
  readonly scheduler: VirtualTimeScheduler;
  readonly line: PacedLine;
  readonly seen: (readonly [number, string])[];
  readonly drained: () => number;
} {
  const scheduler = new VirtualTimeScheduler();
  const seen: (readonly [number, string])[] = [];
  let drained = 0;
  const line = new PacedLine({
    scheduler,
    deliver: (chunk) => seen.push([scheduler.now(), chunk.toString()]),
    drained: () => drained++,
    cut,
    interval,
  });
  return { scheduler, line, seen, drained: () => drained };
}

function bytesOf(seen: readonly (readonly [number, string])[]): string {
  return seen.map(([, text]) => text).join('');
}

describe('a line without a speed', () => {
  it('delivers chunks as they are, inside push', () => {
    const { line, seen } = paced();
    line.push(Buffer.from('one'));
    line.push(Buffer.alloc(0));
    line.push(Buffer.from('two'));
    expect(seen).toEqual([
      [0, 'one'],
      [0, 'two'],
    ]);
  });

  it('runs an action between the bytes before it and those after it', () => {
    const { line, seen } = paced();
    line.hold();
    line.push(Buffer.from('a'));
    line.pushAction(() => seen.push([0, 'first']));
    line.pushAction(() => seen.push([0, 'second']));
    line.push(Buffer.from('b'));
    expect(seen).toEqual([]);
    line.release();
    expect(seen.map(([, text]) => text)).toEqual(['a', 'first', 'second', 'b']);
  });

  it('keeps the order of what is pushed while it delivers', () => {
    const { line, seen } = paced();
    line.pushAction(() => {
      line.push(Buffer.from('c'));
      seen.push([0, 'action']);
    });
    expect(seen.map(([, text]) => text)).toEqual(['action', 'c']);
  });

  it('cuts chunks as it is told to, and loses nothing', () => {
    const { scheduler, line, seen } = paced(() => 3);
    line.push(Buffer.from('abcdefgh'));
    scheduler.flush();
    expect(seen.map(([, text]) => text)).toEqual(['abc', 'def', 'gh']);
  });
});

describe('a line of 9600 baud', () => {
  const second = 1000;

  it('takes a byte time for each byte, and runs an action when its turn comes', () => {
    const { scheduler, line, seen } = paced();
    line.setBaud(9600);
    line.push(Buffer.alloc(960, 'x'));
    line.pushAction(() => seen.push([scheduler.now(), '!']));
    line.push(Buffer.alloc(960, 'y'));
    scheduler.flush();
    expect(bytesOf(seen)).toBe(`${'x'.repeat(960)}!${'y'.repeat(960)}`);
    expect(seen.find(([, text]) => text === '!')?.[0]).toBeCloseTo(second, -1);
    expect(seen.at(-1)?.[0]).toBeCloseTo(2 * second, -1);
  });

  it('collects bytes for as long as it is told, but not the last ones', () => {
    const { scheduler, line, seen } = paced(undefined, 20);
    line.setBaud(9600);
    line.push(Buffer.alloc(48, 'x'));
    scheduler.flush();
    expect(seen.map(([at, text]) => [at, text.length])).toEqual([
      [20, 19],
      [40, 19],
      [50, 10],
    ]);
  });

  it('delivers nothing while it is held, and goes on at its speed', () => {
    const { scheduler, line, seen } = paced();
    line.setBaud(9600);
    line.push(Buffer.alloc(96, 'x'));
    line.hold();
    scheduler.schedule(() => line.release(), second);
    scheduler.flush();
    expect(bytesOf(seen)).toBe('x'.repeat(96));
    expect(seen[0]?.[0]).toBeGreaterThan(second);
    expect(seen.at(-1)?.[0]).toBeGreaterThanOrEqual(second + 100);
  });

  it('has room again once no more than its low water is waiting', () => {
    const { scheduler, line, drained } = paced();
    line.setBaud(9600);
    line.push(Buffer.alloc(lowWater + 96));
    expect(drained()).toBe(0);
    scheduler.maxFrames = 90;
    scheduler.flush();
    expect(drained()).toBe(0);
    scheduler.maxFrames = 110;
    scheduler.flush();
    expect(drained()).toBeGreaterThan(0);
    expect(line.backlog).toBeLessThanOrEqual(lowWater);
  });

  it('drops what is waiting, actions too, when it is cleared', () => {
    const { scheduler, line, seen } = paced();
    line.setBaud(9600);
    line.push(Buffer.alloc(96, 'x'));
    line.pushAction(() => seen.push([0, '!']));
    line.clear();
    line.push(Buffer.from('y'));
    scheduler.flush();
    expect(bytesOf(seen)).toBe('y');
    expect(line.backlog).toBe(0);
  });
});
