import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from, type Observable, VirtualTimeScheduler } from 'rxjs';

import { virtualModem, type VirtualModemOptions } from '../../../../src/testing';
import { DatagramSocket, OSError, type Socket } from '../../../../src/usocket';
import { letPass } from '../../../../harness/time/virtualTime';

const address = '192.168.1.9';
const baud = 115_200;

/** A peer on each port, from 80 on, that sends that many bytes as fast as it can. */
function world(sizes: readonly number[], modemOptions: Pick<VirtualModemOptions, 'firmware' | 'baud'>) {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  const peers = sizes.map((size, index) => {
    const pieces = Array.from({ length: Math.ceil(size / 1_000) }, (_, at) =>
      Buffer.alloc(Math.min(1_000, size - 1_000 * at), at),
    );
    return [`${address}:${80 + index}`, () => from(pieces)] as const;
  });
  const modem = virtualModem({
    scheduler,
    baud,
    latency: 1,
    hosts: Object.fromEntries(peers),
    ...modemOptions,
  });
  const commands: string[] = [];
  const notes: string[] = [];
  modem.nic.trace$.subscribe(({ kind, text }) => {
    if (kind === 'note') notes.push(text);
    if (text.startsWith('AT+CIPRECVMODE')) commands.push(text);
  });
  const pass = (milliseconds: number) => letPass(scheduler, milliseconds);
  modem.online$.subscribe();
  pass(10_000);
  commands.length = 0;
  /** A socket that is connected to a port. */
  const connected = (port: number, receiveBuffer?: number): Socket => {
    const socket = modem.socket(receiveBuffer === undefined ? {} : { receiveBuffer });
    socket.connect$([address, port]).subscribe();
    pass(200);
    return socket;
  };
  return { ...modem, scheduler, pass, connected, commands, notes };
}

/** How many bytes come, and how the stream ends. */
function counted(data$: Observable<Uint8Array>) {
  const count = { bytes: 0, end: 'nothing' };
  data$.subscribe({
    next: ({ length }) => (count.bytes += length),
    error: (error: unknown) => (count.end = error instanceof OSError ? error.code : String(error)),
    complete: () => (count.end = 'end'),
  });
  return count;
}

const pull = 'AT+CIPRECVMODE=1';
const push = 'AT+CIPRECVMODE=0';

describe.each(['1.7.4', '2.2.2'] as const)('adaptive receive, AT %s', (firmware) => {
  it('has data pushed as long as they are read', () => {
    const { connected, pass, commands, emulator } = world([100_000, 50_000], { firmware });
    const [one, other] = [counted(connected(80).data$), counted(connected(81).data$)];
    pass(20_000);
    assert.deepStrictEqual(
      [one, other],
      [
        { bytes: 100_000, end: 'end' },
        { bytes: 50_000, end: 'end' },
      ],
    );
    assert.deepStrictEqual([commands, emulator.state.passive], [[], false]);
  });

  it('has them pulled when a reader stops for good: its sender waits, and the others go on', () => {
    const { connected, pass, commands, notes, emulator } = world([300_000, 60_000], { firmware });
    let printed = 0;
    emulator.uart.rx$.subscribe(({ length }) => (printed += length));
    const stopped = connected(80, 32_768);
    const other = counted(connected(81).data$);
    pass(20_000);
    assert.deepStrictEqual(other, { bytes: 60_000, end: 'end' });
    assert.deepStrictEqual(commands, [pull]);
    assert.ok(
      notes.some((note) => note.includes('pulled from now on: the program does not read')),
      notes.join(),
    );
    const before = printed;
    assert.ok(before < 60_000 + 2 * 32_768, `${before} bytes`);
    pass(60_000);
    assert.strictEqual(printed, before);
    const rest = counted(stopped.data$);
    pass(60_000);
    assert.deepStrictEqual(rest, { bytes: 300_000, end: 'end' });
  });

  it.each([false, true])('changes twice for a reader that pauses; the modem keeps what waits: %s', (isKept) => {
    const { connected, pass, commands, emulator } = world([300_000], { firmware });
    if (isKept) emulator.fault({ kind: 'keep-waiting', overtake: true });
    const socket = connected(80, 16_384);
    pass(1_000);
    const count = counted(socket.data$);
    pass(60_000);
    assert.deepStrictEqual(count, { bytes: 300_000, end: 'end' });
    assert.ok(commands.length <= (isKept ? 6 : 2), commands.join());
    assert.deepStrictEqual(commands.slice(0, 2), [pull, push]);
  });

  it('has everything pulled while a socket is too small for what may be under way', () => {
    const { connected, pass, commands, emulator } = world([40_000], { firmware });
    const count = counted(connected(80, 4_096).data$);
    pass(20_000);
    assert.deepStrictEqual(count, { bytes: 40_000, end: 'end' });
    // Its connection has ended by then, so nothing needs to be pulled.
    assert.deepStrictEqual([commands, emulator.state.passive], [[pull, push], false]);
  });

  it('has data pushed again when the slow reader is gone', () => {
    const { connected, pass, commands } = world([100_000], { firmware });
    const socket = connected(80, 16_384);
    pass(5_000);
    socket.close$().subscribe();
    pass(5_000);
    assert.deepStrictEqual(commands, [pull, push]);
  });

  it('keeps what is pushed while the modem is busy', () => {
    const { connected, pass, emulator, commands } = world([400_000], { firmware });
    const slow = connected(80, 16_384);
    emulator.fault({ kind: 'busy', for: 20_000 });
    pass(15_000);
    assert.deepStrictEqual(commands.slice(0, 2), [pull, pull]);
    const count = counted(slow.data$);
    pass(60_000);
    assert.deepStrictEqual(count, { bytes: 400_000, end: 'end' });
  });

  it('fails a reader for which more than a megabyte would have to be kept, and no other', () => {
    const { connected, pass, emulator } = world([2_000_000, 40_000], { firmware, baud: 921_600 });
    const other = connected(81);
    const slow = connected(80, 65_536);
    emulator.fault({ kind: 'busy', for: 30_000 });
    pass(20_000);
    const [count, whole] = [counted(slow.data$), counted(other.data$)];
    pass(20_000);
    assert.deepStrictEqual(count, { bytes: 65_536, end: 'ENOBUFS' });
    assert.deepStrictEqual(whole, { bytes: 40_000, end: 'end' });
  });

  it('has all data pulled for good after the line has lost some', () => {
    const { connected, pass, emulator, commands, notes } = world([40_000, 40_000], { firmware });
    const one = counted(connected(80).data$);
    pass(500);
    emulator.fault({ kind: 'lose', bytes: 30 });
    pass(10_000);
    assert.match(one.end, /EIO/);
    assert.deepStrictEqual(commands, [pull]);
    assert.ok(
      notes.some((note) => note.includes('the line has lost data')),
      notes.join(),
    );
    const next = counted(connected(81).data$);
    pass(20_000);
    assert.deepStrictEqual([next, commands], [{ bytes: 40_000, end: 'end' }, [pull]]);
  });

  it('begins again with pushed data after a restart', () => {
    const { connected, pass, emulator, commands } = world([100_000, 40_000], { firmware });
    const socket = connected(80, 16_384);
    pass(5_000);
    assert.deepStrictEqual(commands, [pull]);
    emulator.fault({ kind: 'reset' });
    pass(10_000);
    assert.match(counted(socket.data$).end, /nothing|ECONNRESET/);
    const next = counted(connected(81).data$);
    pass(10_000);
    assert.deepStrictEqual([next, commands], [{ bytes: 40_000, end: 'end' }, [pull, push]]);
  });

  it('has data pushed while a port for datagrams is open on ESP-AT, and pulled after that', () => {
    const { connected, pass, nic, scheduler, commands } = world([100_000], { firmware });
    const datagrams = new DatagramSocket(nic, { scheduler });
    datagrams.bind$(['0.0.0.0', 4000]).subscribe();
    pass(500);
    const socket = connected(80, 16_384);
    pass(5_000);
    assert.deepStrictEqual(commands, firmware === '2.2.2' ? [] : [pull]);
    datagrams.close$().subscribe();
    pass(2_000);
    assert.deepStrictEqual(commands, [pull]);
    const count = counted(socket.data$);
    pass(30_000);
    assert.deepStrictEqual(count, { bytes: 100_000, end: 'end' });
  });
});
