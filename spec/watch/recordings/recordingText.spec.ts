import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { parseRecording } from '../../../src/testing';
import { readRecording, type WatchEvent, writeRecording } from '../../../src/watch';
import { formatHeader, parseHeader } from '../../../src/watch/recordings/recordingHeader';
import { RecordingReader } from '../../../src/watch/recordings/recordingReader';
import { RecordingWriter } from '../../../src/watch/recordings/recordingWriter';

const key = 'Qz7~kEy:Wx9';
const stars = '*'.repeat(key.length);
const begins = Date.UTC(2026, 10, 29, 12);

const link = fc.option(fc.nat(4), { nil: undefined });
const withLink = <T extends object>(event: T, of: number | undefined): T =>
  of === undefined ? event : { ...event, link: of };

const time = fc.integer({ min: begins - 10_000, max: begins + 100_000 });
const bytes = fc
  .record({
    type: fc.constant('bytes' as const),
    time: fc.nat(1000),
    from: fc.constantFrom('host' as const, 'modem' as const),
    bytes: fc.uint8Array({ minLength: 1 }).map((values) => Buffer.from(values)),
  })
  .map((event) => ({ ...event }));
const said = fc
  .tuple(time, link, fc.string({ unit: 'binary' }))
  .map(([at, of, text]): WatchEvent =>
    withLink({ type: 'said', time: at, direction: 'from modem', kind: 'line', size: text.length, text }, of),
  );
const call = fc
  .tuple(time, link, fc.constantFrom('begins' as const, 'fails' as const), fc.string())
  .map(([at, of, stage, text]): WatchEvent =>
    withLink({ type: 'call', time: at, id: 1, socket: 2, name: 'recv', stage, text }, of),
  );
const state: WatchEvent = {
  type: 'state',
  time: begins + 7,
  state: {
    line: '/dev/ttyUSB0',
    modem: 'up',
    wifi: 'up',
    waitingCommands: 0,
    links: [
      {
        id: 4,
        kind: 'tcp',
        stage: 'open',
        remote: { address: '192.0.2.1', port: 80 },
        received: 1,
        sent: 2,
        queued: 3,
        waiting: 4,
        isHeld: false,
      },
    ],
    sockets: [{ id: 1, kind: 'stream', stage: 'connected', link: 4, queued: 0 }],
  },
};
const others = fc.constantFrom<WatchEvent>(
  state,
  { type: 'virtual', time: begins + 3, kind: 'fault', text: 'resets' },
  { type: 'missed', time: begins + 9, count: 12 },
);
/** Bytes follow each other in time, because each one has the time since the one before. */
const events = fc.array(fc.oneof(bytes, said, call, others)).map((all) => {
  let at = begins;
  return all.map((event): WatchEvent => (event.type === 'bytes' ? { ...event, time: (at += event.time) } : event));
});

function written(all: readonly WatchEvent[]): string {
  const writer = new RecordingWriter(begins);
  const header = formatHeader({ name: 'a', begins, hasEvents: true, bytes: 'all', isCut: false });
  return header + all.map((event) => writer.write(event)).join('');
}

describe('a recording of events', () => {
  it('is read as it was written, in pieces of any size', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 200 }), (all, size) => {
        const text = written(all);
        const reader = new RecordingReader();
        const read: WatchEvent[] = [];
        for (let at = 0; at < text.length; at += size) read.push(...reader.push(text.slice(at, at + size)));
        assert.deepStrictEqual([...read, ...reader.end()], all);
      }),
    );
  });

  it('contains the same bytes for a replay', () => {
    fc.assert(
      fc.property(events, (all) => {
        assert.deepStrictEqual(
          parseRecording(written(all)).map(({ from, bytes: recorded }) => [from, recorded]),
          all.flatMap((event) => (event.type === 'bytes' ? [[event.from, event.bytes]] : [])),
        );
      }),
    );
  });

  it('is text that people can read', () => {
    const text = writeRecording(
      [
        { type: 'bytes', time: begins + 5, from: 'host', bytes: Buffer.from('AT\r\n') },
        { type: 'said', time: begins + 5, direction: 'to modem', kind: 'command', size: 2, text: 'AT' },
        { type: 'bytes', time: begins + 8.4, from: 'modem', bytes: Buffer.from('\r\nOK\r\n') },
        { type: 'missed', time: begins + 9.2, count: 3 },
      ],
      '/dev/ttyUSB0',
    );
    assert.equal(
      text,
      [
        '#! rx-usocket recording {"version":1,"name":"/dev/ttyUSB0","date":"2026-11-29T12:00:00.005Z","events":true,"bytes":"all"}',
        '0 > AT\\r\\n',
        '#+0 {"type":"said","direction":"to modem","kind":"command","size":2,"text":"AT"}',
        '3 < \\r\\nOK\\r\\n',
        '#+1 {"type":"missed","count":3}',
        '',
      ].join('\n'),
    );
  });

  it('does not drift when times are rounded', () => {
    const all = Array.from({ length: 1000 }, (_, index): WatchEvent => {
      return { type: 'bytes', time: begins + index * 1.4, from: 'modem', bytes: Buffer.from('a') };
    });
    assert.equal(readRecording(written(all)).at(-1)?.time, begins + Math.round(999 * 1.4));
  });

  it('contains no key, even if an event does', () => {
    const join = `AT+CWJAP_CUR="my-ssid","${key}"`;
    const text = written([
      { type: 'said', time: begins, direction: 'to modem', kind: 'command', size: 1, text: join },
      { type: 'call', time: begins, id: 1, socket: 1, name: 'a', stage: 'fails', text: `cannot say ${join}` },
      { type: 'state', time: begins, state: { ...stateOf(state), error: join } },
      { type: 'bytes', time: begins, from: 'host', bytes: Buffer.from(`${join}\r\n`) },
      { type: 'bytes', time: begins, from: 'modem', bytes: Buffer.from(join.slice(0, -4)) },
      { type: 'bytes', time: begins, from: 'modem', bytes: Buffer.from(`${join.slice(-4)}\r\r\n`) },
      { type: 'bytes', time: begins, from: 'host', bytes: Buffer.from(`AT+CWJAP=my-ssid,${key.slice(0, 5)}`) },
      { type: 'bytes', time: begins, from: 'host', bytes: Buffer.from(`${key.slice(5)}\r\n`) },
      { type: 'bytes', time: begins, from: 'modem', bytes: Buffer.from('Smart get wifi info\r\nssid:a\r\npass') },
      { type: 'bytes', time: begins, from: 'modem', bytes: Buffer.from(`word:${key}\r\n`) },
      { type: 'said', time: begins, direction: 'from modem', kind: 'unknown', size: 1, text: `password:${key}` },
    ]);
    assert.ok(!text.includes(key.slice(0, 3)) && !text.includes(key.slice(-3)), text);
    assert.ok(text.includes(`0 > AT+CWJAP_CUR="my-ssid","${stars}"\\r\\n\n`));
  });

  it.each([
    `AT+CWJAP="my-ssid","${key}"`,
    `at+cwjap_cur="my-ssid","${key}"`,
    `+CWSAP:"my-ssid","${key}",5,3`,
    `+CWSAP_CUR:"my-"ssid","${key}",5,3,4,0`,
  ])('shows no key that somebody else has written into it: %s', (join) => {
    const text = [
      formatHeader({ name: '', begins, hasEvents: true, bytes: 'all', isCut: false }),
      `0 > ${join}\\r\\n\n`,
      `#+0 ${JSON.stringify({ type: 'said', direction: 'to modem', kind: 'command', size: 3, text: join })}\n`,
    ].join('');
    assert.ok(!JSON.stringify(readRecording(text).map(textOf)).includes(key.slice(0, 3)));
  });
});

describe('a text that is no recording', () => {
  const header = formatHeader({ name: 'a', begins, hasEvents: true, bytes: 'all', isCut: false });

  it.each([
    ['AT', 'line 2 of the recording cannot be read; a line looks like `3 < OK\\r\\n`, and this one is "AT"'],
    [
      '#+3 {"type":"sa',
      'line 2 of the recording cannot be read; a remark has an event, and this one has "{\\"type\\":\\"sa"',
    ],
    [
      '#+3 {"type":"said"}',
      'line 2 of the recording cannot be read; a remark has an event, and this one has "{\\"type\\":\\"said\\"}"',
    ],
    [
      '#+3 {"type":"bytes"}',
      'line 2 of the recording cannot be read; a remark has an event, and this one has "{\\"type\\":\\"bytes\\"}"',
    ],
    [
      '#! rx-usocket recording {"version":2}',
      'line 2 of the recording has format 2, and this version reads format 1; use a newer version',
    ],
    [
      '#! rx-usocket recording {"version":1}',
      'line 2 of the recording cannot be read; a header has "version":1 and "date"',
    ],
    [
      '#! rx-usocket recording version 1',
      'line 2 of the recording cannot be read; a header has "version":1 and "date"',
    ],
  ])('is refused: %s', (line, message) => {
    assert.throws(() => readRecording(`${header}${line}\n`), { name: 'RecordingError', line: 2, message });
  });

  it('is never anything else than refused', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '#+1 ', '#! rx-usocket recording '),
        (junk, before) => {
          try {
            readRecording(before + junk);
          } catch (error) {
            assert.equal((error as Error).name, 'RecordingError');
          }
        },
      ),
    );
  });

  it('leaves out remarks, empty lines and carriage returns', () => {
    assert.deepStrictEqual(readRecording('# a remark\r\n#---\r\n#+1 is a remark, too\r\n\r\n'), []);
  });
});

describe('the header of a recording', () => {
  it('says what was recorded, from when, and what is missing', () => {
    const header = { name: 'tcp:modem:3000', begins, hasEvents: false, bytes: 'some', isCut: true } as const;
    assert.deepStrictEqual(parseHeader(formatHeader(header).trimEnd(), 1), header);
  });

  it('begins the time anew, so two recordings can be joined', () => {
    const one = { name: 'a', begins, hasEvents: true, bytes: 'all', isCut: false } as const;
    const text = `${formatHeader(one)}5 > A\n${formatHeader({ ...one, begins: begins + 60_000 })}7 > B\n`;
    assert.deepStrictEqual(
      readRecording(text).map(({ time: at }) => at - begins),
      [5, 60_007],
    );
  });
});

function stateOf(event: WatchEvent): Extract<WatchEvent, { type: 'state' }>['state'] {
  return (event as Extract<WatchEvent, { type: 'state' }>).state;
}

function textOf(event: WatchEvent): string {
  return event.type === 'bytes' ? Buffer.from(event.bytes).toString('latin1') : JSON.stringify(event);
}
