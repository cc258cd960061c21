import { describe, expect, it } from '@jest/globals';
import type { BytesEvent, InterfaceState, LinkDetails, SaidEvent, StateEvent } from 'rx-usocket/watch';

import type { ColumnName } from '../../src/plots/series/columns';
import { SessionHistory } from '../../src/plots/series/sessionHistory';
import { signalIn } from '../../src/plots/series/signalIn';

function said(direction: SaidEvent['direction'], kind: SaidEvent['kind'], text: string, size = text.length): SaidEvent {
  return { type: 'said', time: 0, direction, kind, text, size };
}

function bytes(from: BytesEvent['from'], length: number): BytesEvent {
  return { type: 'bytes', time: 0, from, bytes: new Uint8Array(length) };
}

function state(values: Partial<InterfaceState>): StateEvent {
  const usual = { modem: 'up', wifi: 'up', waitingCommands: 0, links: [], sockets: [] } as const;
  return { type: 'state', time: 0, state: { ...usual, ...values } };
}

function total(session: SessionHistory, column: ColumnName): number {
  const values = session.history.slice(0, 9999, 9999).values(column);
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / 10;
}

describe('the history that a session makes', () => {
  it('counts the bytes of lines with their ends', () => {
    const session = new SessionHistory();
    session.take(said('to modem', 'command', 'AT'), 0);
    session.take(said('from modem', 'final', 'OK'), 10);
    session.take(said('from modem', 'block', '100 bytes', 100), 20);
    session.take(said('by driver', 'note', 'a note'), 30);
    expect(total(session, 'toModem')).toBeCloseTo(4);
    expect(total(session, 'fromModem')).toBeCloseTo(104);
  });

  it('counts bytes once where both the trace and the bytes are told', () => {
    const session = new SessionHistory();
    for (const time of [0, 1000, 2000]) {
      session.take(bytes('host', 6), time);
      session.take(said('to modem', 'command', 'AT+X'), time);
    }
    expect(total(session, 'toModem')).toBeCloseTo(18);
    session.take(said('to modem', 'command', 'AT+X'), 4001);
    expect(total(session, 'toModem')).toBeCloseTo(24);
  });

  it('tells how long the line is busy, in both directions together', () => {
    const session = new SessionHistory();
    session.take(state({ baud: 10_000 }), 0);
    session.take(bytes('host', 100), 1000);
    session.take(bytes('modem', 100), 1100);
    session.take(bytes('modem', 200), 1400);
    expect(total(session, 'bound')).toBeCloseTo(1000 * 10, 0);
    expect(total(session, 'busy')).toBeCloseTo(300);
  });

  it('measures from a command to its final result', () => {
    const session = new SessionHistory();
    session.take(said('to modem', 'command', 'AT'), 100);
    session.take(said('from modem', 'final', 'OK'), 142);
    session.take(said('from modem', 'final', 'OK'), 500);
    expect(session.history.slice(0, 999, 999).values('roundTrip').filter(Boolean)).toEqual([42]);
  });

  it('shows what each link has not read, until it is free', () => {
    const session = new SessionHistory();
    const link: LinkDetails = {
      ...{ id: 3, kind: 'tcp', stage: 'open', received: 0, sent: 0 },
      ...{ queued: 10, waiting: 5, isHeld: false },
    };
    session.take(state({ links: [link], waitingCommands: 2 }), 0);
    session.take(state({}), 200);
    const slice = session.history.slice(0, 399, 399);
    expect(slice.values('link3')).toEqual([15, 15, 15, null]);
    expect(slice.values('waitingCommands')).toEqual([2, 2, 2, 0]);
  });
});

describe('signalIn', () => {
  it.each([
    ['+CWJAP:"net","aa:bb:cc:dd:ee:ff",6,-61', -61],
    ['+CWJAP_CUR:"my "net"",1","aa:bb:cc:dd:ee:ff",11,-7', -7],
    ['+CWJAP:"net","aa:bb:cc:dd:ee:ff",6,-88,0,1,3,0,1', -88],
    ['+CWJAP:3', undefined],
    ['+CWLAP:(3,"net",-50,"aa:bb:cc:dd:ee:ff",6)', undefined],
  ])('reads %s', (line, signal) => {
    expect(signalIn(line)).toBe(signal);
  });
});
