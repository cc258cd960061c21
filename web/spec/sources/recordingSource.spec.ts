import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, firstValueFrom, lastValueFrom, type Observable, Subject, toArray, VirtualTimeScheduler } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

import { openRecording, type Recording } from '../../src/recordings/openRecording';
import { recordingSource } from '../../src/sources/recordingSource';
import { ReplayClock } from '../../src/sources/replayClock';

async function recordingOf(text: string): Promise<Recording> {
  const opening = await lastValueFrom(openRecording(new Blob([text]), 'a.txt'));
  assert.ok('recording' in opening);
  return opening.recording;
}

/** Bytes at 0, 100 and 1000 ms. */
const text = '0 < a\n100 < b\n900 < c\n';

/** Hands the batches on, and lets a spec wait for the next one. */
function told(batches$: Observable<readonly WatchEvent[]>) {
  const next = new Subject<string>();
  const waiting: string[] = [];
  batches$.subscribe({
    next: (batch) => {
      const bytes = batch.flatMap((event) => (event.type === 'bytes' ? [Buffer.from(event.bytes).toString()] : []));
      waiting.push(bytes.join(''));
      next.next(bytes.join(''));
    },
    complete: () => {
      waiting.push('ended');
      next.next('ended');
    },
  });
  return async (): Promise<string> => waiting.shift() ?? firstValueFrom(next).then(() => waiting.shift() ?? '');
}

describe('a source that is a recording', () => {
  it('tells everything at once, and ends', async () => {
    const source = recordingSource(await recordingOf(text));
    assert.deepStrictEqual([source.kind, source.name], ['recording', 'a.txt']);
    const batches = await lastValueFrom(source.batches$.pipe(toArray()));
    assert.deepStrictEqual(
      batches.flat().flatMap((event) => (event.type === 'bytes' ? [event.time] : [])),
      [0, 100, 1000],
    );
    assert.equal(await firstValueFrom(source.time?.speed$ ?? EMPTY), 0);
    source.close();
  });

  it('tells everything up to a place, and the rest as it was recorded', async () => {
    const scheduler = new VirtualTimeScheduler();
    const source = recordingSource(await recordingOf(text), { from: 100, speed: 10, scheduler });
    const next = told(source.batches$);
    assert.equal(await next(), 'ab');
    scheduler.flush();
    // 900 ms at ten times the speed, in ticks of 33 ms.
    assert.equal(scheduler.now(), 99);
    assert.equal(await next(), 'c');
    assert.equal(await next(), 'ended');
    source.close();
  });

  it('waits when it is paused, until it goes on or another place is chosen', async () => {
    const source = recordingSource(await recordingOf(text), { from: 0, speed: 0 });
    const next = told(source.batches$);
    assert.equal(await next(), 'a');
    const clock = source.replay?.clock;
    assert.ok(clock);
    assert.ok(clock.seek(500));
    assert.equal(await next(), 'b');
    assert.equal(clock.seek(400), false);
    source.time?.step();
    assert.equal(await next(), 'c');
    assert.equal(source.time?.now(), 1_000);
    assert.equal(await next(), 'ended');
    source.close();
  });

  it('tells nothing more when it is closed', async () => {
    const recording = await recordingOf(text);
    const source = recordingSource(recording, { from: 0, speed: 0 });
    const batches: unknown[] = [];
    const reading = source.batches$.subscribe((batch) => batches.push(batch));
    source.close();
    reading.unsubscribe();
    source.replay?.clock.seek(5_000);
    await lastValueFrom(recordingSource(recording).batches$);
    assert.deepStrictEqual(batches, []);
  });
});

describe('the time of a replay', () => {
  it('passes at the chosen speed, stands still, and stops at the end', () => {
    const scheduler = new VirtualTimeScheduler();
    const clock = new ReplayClock(1_000, 2_000, 1_000, 0, scheduler);
    const speeds: number[] = [];
    const ends: boolean[] = [];
    let position = 0;
    clock.speed$.subscribe((speed) => speeds.push(speed));
    clock.isOver$.subscribe((isOver) => ends.push(isOver));
    clock.position$.subscribe((at) => (position = at));
    scheduler.flush();
    assert.equal(position, 1_000);
    clock.setSpeed(2);
    scheduler.maxFrames = 330;
    scheduler.flush();
    assert.equal(position, 1_660);
    clock.setSpeed(0);
    clock.setSpeed(100);
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    assert.equal(position, 2_000);
    assert.deepStrictEqual(speeds, [0, 2, 0, 100, 0]);
    assert.deepStrictEqual(ends, [false, true]);
    clock.close();
  });
});
