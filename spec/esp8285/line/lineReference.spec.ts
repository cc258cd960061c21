import { beforeEach, describe, expect, it } from '@jest/globals';
import { asyncScheduler, Subject } from 'rxjs';

import { LineReference } from '../../../src/esp8285/line/lineReference';

let told: string[];
let reference: LineReference;
beforeEach(() => {
  told = [];
  const part = (name: string) => ({
    ref: () => told.push(`${name} ref`),
    unref: () => told.push(`${name} unref`),
  });
  const time = part('time');
  const scheduler = {
    now: () => 0,
    schedule: asyncScheduler.schedule.bind(asyncScheduler),
    ref: () => void time.ref(),
    unref: () => void time.unref(),
  };
  reference = new LineReference(part('line'), scheduler);
});

describe('LineReference', () => {
  it('says nothing while the program wants the interface to keep it running', () => {
    reference.want(true);
    reference.need()();
    expect(told).toEqual([]);
  });

  it('unreferences the line and the timers, and references them while they are needed', () => {
    reference.want(false);
    expect(told.splice(0)).toEqual(['line unref', 'time unref']);
    const [first, second] = [reference.need(), reference.need()];
    expect(told.splice(0)).toEqual(['line ref', 'time ref']);
    first();
    first();
    expect(told).toEqual([]);
    second();
    expect(told).toEqual(['line unref', 'time unref']);
  });

  it('needs them during an operation: to its end, its error, or until it is unsubscribed', () => {
    reference.want(false);
    for (const end of ['complete', 'error', 'unsubscribe'] as const) {
      told.length = 0;
      const operation = new Subject<void>();
      const running = reference.during(operation).subscribe({ error: () => undefined });
      expect(told.splice(0)).toEqual(['line ref', 'time ref']);
      if (end === 'unsubscribe') running.unsubscribe();
      else operation[end](undefined);
      expect([end, told]).toEqual([end, ['line unref', 'time unref']]);
    }
  });

  it('goes on with what is needed when the program changes its mind', () => {
    const endNeed = reference.need();
    reference.want(false);
    expect(told).toEqual([]);
    reference.want(true);
    endNeed();
    expect(told).toEqual([]);
  });
});
