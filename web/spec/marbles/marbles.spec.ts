import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallEvent, SaidEvent, WatchEvent } from 'rx-usocket/watch';

import { Marbles } from '../../src/marbles/marbles';

const limits = { marbles: 1_000_000, bytes: 1000, characters: 100_000 };
const store = (some: Partial<typeof limits> = {}) => new Marbles((time) => time - 1000, { ...limits, ...some });

const said = (time: number, kind: SaidEvent['kind'], text: string, link?: number): SaidEvent => ({
  type: 'said',
  time,
  direction: kind === 'command' ? 'to modem' : 'from modem',
  kind,
  size: text.length,
  text,
  ...(link !== undefined && { link }),
});
const call = (time: number, id: number, stage: CallEvent['stage'], rest: Partial<CallEvent> = {}): CallEvent => ({
  type: 'call',
  time,
  id,
  socket: 1,
  name: 'recv',
  stage,
  text: '',
  ...rest,
});

const all = (marbles: Marbles) =>
  Array.from({ length: marbles.end - marbles.first }, (_, at) => marbles.get(marbles.first + at) ?? []).flat();

describe('marbles', () => {
  it('join a command with the end of its answer, also when data go out in between', () => {
    const marbles = store();
    marbles.take([
      said(1000, 'command', 'AT+CIPSEND=0,4', 0),
      said(1010, 'final', 'OK'),
      said(1011, 'prompt', '>'),
      said(1012, 'data', '4 bytes', 0),
      said(1100, 'sent', 'SEND OK'),
      said(1200, 'line', 'a line of nothing'),
    ]);
    expect(marbles.partner(0)).toBe(4);
    expect(marbles.partner(4)).toBe(0);
    expect(all(marbles).map(({ lane }) => lane.kind)).toEqual([
      ...['commands', 'commands', 'commands', 'link', 'commands', 'notices'],
    ]);
  });

  it('join the beginning and the end of a call', () => {
    const marbles = store();
    marbles.take([call(1000, 7, 'begins'), call(1001, 8, 'begins'), call(1002, 7, 'fails', { code: 'ECONNRESET' })]);
    expect([0, 1, 2].map((number) => marbles.partner(number))).toEqual([2, undefined, 0]);
    expect(marbles.lanes.map(({ name, errors }) => [name, errors.length])).toEqual([['Socket 1', 1]]);
  });

  it('have lanes from above to below, whatever came first', () => {
    const marbles = store();
    marbles.take([
      { type: 'missed', time: 1000, count: 5 },
      call(1000, 1, 'begins', { socket: 10 }),
      call(1000, 2, 'begins', { socket: 9 }),
      said(1000, 'opened', 'CONNECT', 3),
      said(1000, 'wifi', 'WIFI GOT IP'),
      { type: 'bytes', time: 1000, from: 'host', bytes: Uint8Array.of(65) },
    ]);
    const names = ['To modem', 'Wi-Fi', 'Link 3', 'Socket 10', 'Socket 9', 'Missed'];
    expect(marbles.lanes.map(({ name }) => name)).toEqual(names);
  });

  it('keep their bytes apart from them, and less long', () => {
    const marbles = store();
    const bytes = (value: number): WatchEvent => ({
      type: 'bytes',
      time: 1000,
      from: 'modem',
      bytes: new Uint8Array(3000).fill(value),
    });
    marbles.take([bytes(1), bytes(2)]);
    expect(marbles.bytesOf(0)).toBeUndefined();
    expect(marbles.get(0)).toMatchObject({ size: 3000 });
    marbles.take([{ type: 'bytes', time: 1000, from: 'modem', bytes: Uint8Array.of(1, 2, 3) }]);
    expect(marbles.bytesOf(2)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('never go back in time', () => {
    const marbles = store();
    marbles.take([said(1000, 'booted', 'ready'), said(1500, 'booted', 'ready'), said(1400, 'booted', 'ready')]);
    expect(all(marbles).map(({ time }) => time)).toEqual([0, 500, 500]);
  });

  it('are the latest ones, in whatever batches they come, and each is on one lane', () => {
    const event = fc.oneof(
      fc.record({ link: fc.nat(4), text: fc.string() }).map(({ link, text }) => said(1000, 'closed', text, link)),
      fc.record({ socket: fc.nat(30), id: fc.nat(9) }).map(({ socket, id }) => call(1000, id, 'begins', { socket })),
    );
    fc.assert(
      fc.property(fc.array(fc.array(event)), fc.integer({ min: 1, max: 40 }), (batches, limit) => {
        const marbles = store({ marbles: limit });
        for (const batch of batches) marbles.take(batch);
        const events = batches.flat();
        expect(marbles.end).toBe(events.length);
        expect(marbles.first).toBe(Math.max(0, events.length - limit));
        const texts = events.slice(-limit).map((one) => (one.type === 'said' ? one.text : 'recv()'));
        expect(all(marbles).map(({ text }) => text)).toEqual(texts.slice(marbles.first - events.length || 0));
        const onLanes = marbles.lanes.reduce((sum, lane) => sum + lane.all.length, 0);
        expect(onLanes).toBe(marbles.end - marbles.first);
      }),
    );
  });

  it('leave when their texts are too many', () => {
    const marbles = store({ characters: 50 });
    marbles.take(Array.from({ length: 20 }, (_, at) => said(1000, 'unknown', `${at}`.padStart(10, '-'))));
    expect(marbles.end - marbles.first).toBeLessThan(8);
    expect(marbles.text(19)).toBe('--------19');
  });
});
