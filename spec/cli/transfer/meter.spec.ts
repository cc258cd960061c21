import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { nextTurn } from '../../../harness/time/turns';
import { silentProgress } from '../../../src/cli/console/progress';
import { countReceived, countSent, meter, type MeterOptions, shownRate } from '../../../src/cli/transfer/meter';

afterEach(() => {
  jest.restoreAllMocks();
});

/** A meter, and what it has shown. */
function metered(options?: MeterOptions) {
  const shown: (readonly [bytes: number, note?: string])[] = [];
  const progress = { ...silentProgress, update: (...update: [bytes: number, note?: string]) => shown.push(update) };
  return { measured: meter(progress, { baud: 115_200 }, options), shown };
}

describe('the meter of a transfer', () => {
  it('shows how far it is, and its rate since it has begun', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_500);
    const { measured, shown } = metered({ done: 1_000, since: 1_000 });
    measured.add(2_880);
    now.mockReturnValue(2_000);
    measured.restart();
    now.mockReturnValue(3_000);
    measured.add(2_880);
    expect(shown).toEqual([
      [3_880, '5.8 kB/s, 50% of the line'],
      [6_760, '5.8 kB/s, 50% of the line'],
    ]);
    expect([measured.count(), measured.rate()]).toEqual([5_760, 5_760]);
    expect(shownRate(1_000, undefined)).toBe('1.0 kB/s');
  });

  it('counts what is received when it comes', async () => {
    const { measured } = metered();
    expect(await text(Readable.from([Buffer.from('one'), Buffer.from('two')]).pipe(countReceived(measured)))).toBe(
      'onetwo',
    );
    expect(measured.count()).toBe(6);
  });

  it('counts what is sent when it has been sent', async () => {
    const { measured } = metered();
    const sent: (() => void)[] = [];
    const destination = new Writable({ write: (_chunk, _encoding, done) => void sent.push(done), highWaterMark: 6 });
    const done = pipeline(
      Readable.from(['one', 'two', 'three'].map((each) => Buffer.from(each))),
      countSent(measured, destination),
    );
    await nextTurn();
    expect([measured.count(), sent.length]).toEqual([0, 1]);
    sent.shift()?.();
    await nextTurn();
    expect(measured.count()).toBe(3);
    for (let turn = 0; turn < 5; turn++) {
      sent.shift()?.();
      await nextTurn();
    }
    await done;
    expect([measured.count(), destination.writableFinished]).toEqual([11, true]);
  });

  it('fails with what it writes to, also while it waits for more to send', async () => {
    const { measured } = metered();
    const body = new PassThrough();
    const destination = new Writable({ write: (_chunk, _encoding, done) => done() });
    const done = pipeline(body, countSent(measured, destination));
    destination.destroy(new Error('reset'));
    await expect(done).rejects.toThrow('reset');
    expect(body.destroyed).toBe(true);
  });
});
