import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { filter, lastValueFrom, map, Subject, toArray, VirtualTimeScheduler } from 'rxjs';
import { parseRecording, replayUart } from 'rx-usocket/testing';
import { readRecording, type WatchEvent } from 'rx-usocket/watch';

import type { RecordingTrouble } from '../../src/recordings/fileTrouble';
import { openRecording, type Recording } from '../../src/recordings/openRecording';
import { type Kept, RecordingKeeper } from '../../src/recordings/recordingKeeper';
import { missingIn } from '../../src/recordings/saveRecording';
import { shownTime } from '../../src/recordings/shownTime';
import { linesBefore } from '../../src/recordings/soundPart';

const begins = Date.UTC(2026, 10, 29, 12);
const command = (time: number, text = 'AT'): WatchEvent => {
  return { type: 'said', time: begins + time, direction: 'to modem', kind: 'command', size: text.length, text };
};
const host = (time: number, text: string): WatchEvent => {
  return { type: 'bytes', time: begins + time, from: 'host', bytes: Buffer.from(text) };
};

function kept(events: readonly WatchEvent[], most?: number, areBytesTold = () => true): Kept {
  const batches = new Subject<readonly WatchEvent[]>();
  const keeper = new RecordingKeeper(batches, '/dev/ttyUSB0', areBytesTold, most);
  for (const event of events) batches.next([event]);
  const found = keeper.kept();
  keeper.close();
  assert.ok(found);
  return found;
}

function opened(file: Blob, name = 'a.txt'): Promise<Recording> {
  const recording$ = openRecording(file, name).pipe(
    filter((opening) => 'recording' in opening),
    map(({ recording }) => recording),
  );
  return lastValueFrom(recording$);
}

async function trouble(file: Blob): Promise<RecordingTrouble> {
  return opened(file).then(
    () => assert.fail('it can be opened'),
    (error: unknown) => error as RecordingTrouble,
  );
}

describe('a session that is saved', () => {
  it('is a file that is opened again, and replayed', async () => {
    const events = [command(0), host(0, 'AT\r\n'), host(9, 'ATE0\r\n'), command(9, 'ATE0')];
    const { file, header } = kept(events);
    assert.match(file.name, /^dev-ttyUSB0-2026-11-\d\d-\d{6}\.txt$/);
    const text = await file.text();
    assert.deepStrictEqual(readRecording(text), events);
    assert.equal(replayUart(text, { scheduler: new VirtualTimeScheduler() }).rest().split('\n').length, 3);
    const recording = await opened(file);
    assert.deepStrictEqual([recording.begins, recording.ends, recording.events], [begins, begins + 9, 4]);
    assert.deepStrictEqual(recording.header, header);
    assert.equal(missingIn({ file, header }), undefined);
  });

  it('can be saved in the middle, and goes on', async () => {
    const batches = new Subject<readonly WatchEvent[]>();
    const keeper = new RecordingKeeper(batches, 'a', () => true);
    assert.equal(keeper.kept(), undefined);
    batches.next([command(0), host(5, 'AT\r\n')]);
    keeper.kept();
    batches.next([host(9, 'AT\r\n')]);
    const text = await (keeper.kept()?.file.text() ?? '');
    assert.deepStrictEqual(
      parseRecording(text).map(({ after }) => after),
      [5, 4],
    );
  });

  it('drops its beginning when it is too long, and says so', async () => {
    const { file, header } = kept(
      Array.from({ length: 300 }, (_, index) => host(index * 10, 'x'.repeat(10_000))),
      1 << 20,
    );
    assert.ok(header.isCut && file.size < 1.5 * (1 << 20) && file.size > 1 << 19);
    const events = readRecording(await file.text());
    assert.equal(events.at(-1)?.time, begins + 2990);
    assert.match(missingIn({ file, header }) ?? '', /^The beginning of the session is not in the file/);
  });

  it('says whether bytes are missing', () => {
    const share = (events: readonly WatchEvent[]) => kept(events).header.bytes;
    assert.equal(share([command(0)]), 'none');
    assert.equal(share([command(0), command(1), host(1, 'AT\r\n')]), 'some');
    assert.equal(share([command(0), host(0, 'AT\r\n')]), 'all');
    const block: WatchEvent = { type: 'said', time: begins, direction: 'from modem', kind: 'block', size: 9, text: '' };
    const pushed: WatchEvent = { type: 'bytes', time: begins, from: 'modem', bytes: Buffer.from('x') };
    assert.equal(share([block, pushed]), 'all');
    assert.equal(share([pushed, { type: 'missed', time: begins, count: 3 }]), 'some');
    assert.equal(kept([pushed, block], undefined, () => false).header.bytes, 'some');
    assert.match(missingIn(kept([command(0)])) ?? '', /payloads were not asked for.*replay/);
  });

  it('has no key of a network it joined', async () => {
    const join = 'AT+CWJAP="my-ssid","Qz7~kEy:Wx9"';
    const text = await kept([command(0, join), host(0, `${join}\r\n`)]).file.text();
    assert.ok(!text.includes('Qz7') && text.includes('"my-ssid","***********"'));
  });
});

describe('a file that is opened', () => {
  it('says how far it has been read', async () => {
    const file = new Blob(['0 < a\n'.repeat(100_000)]);
    const openings = await lastValueFrom(openRecording(file, 'a').pipe(toArray()));
    const progress = openings.flatMap((opening) => ('progress' in opening ? [opening.progress] : []));
    assert.ok(progress.length > 2 && progress.every((value, index) => value >= (progress[index - 1] ?? 0)));
    assert.equal(progress.at(-1), 1);
  });

  it('is one of rx-usocket record, with its true times', async () => {
    const recording = await opened(new Blob([readFileSync('harness/recordings/join-and-download-1.5.txt')]));
    assert.deepStrictEqual([recording.begins, recording.ends], [0, 3487]);
    assert.ok(recording.events > 100);
  });

  it.each([
    [
      'binary data',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
      /^a\.txt is not a recording, but binary data\. A recording is a file that this page/,
    ],
    ['JSON', '{"a": 1}', /is not a recording, but JSON\./],
    ['a page', '<!doctype html>', /is not a recording, but HTML or XML\./],
    [
      'some text',
      'Dear diary',
      /is not a recording: line 1 of the recording cannot be read; .* and this one is "Dear diary"\./,
    ],
    ['nothing', '', /^a\.txt is empty/],
    ['remarks only', '# Recorded by rx-usocket\n', /^a\.txt is empty/],
    [
      'a newer format',
      '#! rx-usocket recording {"version":7}\n',
      /^a\.txt cannot be opened: line 1 .* has format 7, and this version reads format 1; use a newer version\.$/,
    ],
  ])('is refused when it is %s', async (_, content, words) => {
    const { message, soundLines } = await trouble(new Blob([content]));
    assert.match(message, words);
    assert.equal(soundLines, 0);
  });

  it('is refused when it is too large', async () => {
    const file = { size: 3 * 2 ** 30 } as Blob;
    assert.match((await trouble(file)).message, /^a\.txt is too large: 3072 MB, and at most 512 MB are opened\.$/);
  });

  it('can be opened up to a damaged line', async () => {
    const file = new Blob(['0 > AT\\r\\n\n', '3 < \\r\\nOK\\r\\n\n', '5 < \\r\\n+IP']);
    const damaged = new Blob([file, '\\x1\n', '0 > AT\\r\\n\n']);
    const { message, soundLines } = await trouble(damaged);
    assert.match(message, /^a\.txt is damaged: line 3 of the recording cannot be read/);
    assert.equal(soundLines, 2);
    assert.equal((await opened(await linesBefore(damaged, soundLines))).ends, 3);
  });
});

describe('a length of time', () => {
  it.each([
    [0, '0:00.0'],
    [7_499, '0:07.4'],
    [3_599_999, '59:59.9'],
    [3_753_000, '1:02:33'],
    [-1, '0:00.0'],
  ])('%d ms is %s', (milliseconds, text) => {
    assert.equal(shownTime(milliseconds), text);
  });
});
