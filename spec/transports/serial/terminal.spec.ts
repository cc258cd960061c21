import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { filter, firstValueFrom, VirtualTimeScheduler } from 'rxjs';

import { serialUart } from '../../../src/transports';
import { failureOf } from '../../../harness/interfaces/failure';
import { openPty, type Pty } from '../../../harness/lines/pty';
import { collect, noise } from '../../../harness/peers/bytes';
import { nextTurn } from '../../../harness/time/turns';
import { settled, writable } from '../support/uart';

let pty: Pty;
beforeEach(() => {
  pty = openPty();
});
afterEach(() => pty.close());

const block = Buffer.from('a block of which every byte counts');
/** More than any read collects. */
const plenty = 100_000;

/** A line whose reads wait until the clock is moved on, and what has come over it. */
async function openLine({ rtscts = false } = {}) {
  const scheduler = new VirtualTimeScheduler();
  const uart = serialUart({ path: pty.path, rtscts, scheduler });
  const chunks: string[] = [];
  uart.rx$.subscribe({ next: (chunk) => chunks.push(Buffer.from(chunk).toString()), error: () => undefined });
  await writable(uart);
  return { uart, scheduler, chunks };
}

/** The same, whose next read waits. */
async function waitingLine(options?: Parameters<typeof openLine>[0]) {
  const line = await openLine(options);
  const begun = firstValueFrom(line.uart.rx$);
  line.uart.rx$.subscribe({ next: () => line.uart.expect?.(plenty), error: () => undefined });
  await pty.say(Buffer.from('['));
  await begun;
  while (line.scheduler.actions.length === 0) await nextTurn();
  return line;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await nextTurn();
}

describe('a read of a serial port', () => {
  it('takes bytes at once that nobody expects', async () => {
    const { uart, chunks, scheduler } = await openLine();
    for (const text of ['one', 'two', 'three']) {
      const next = firstValueFrom(uart.rx$);
      await pty.say(Buffer.from(text));
      expect(String(await next)).toBe(text);
    }
    expect([chunks, scheduler.actions]).toEqual([['one', 'two', 'three'], []]);
    await settled(uart.close());
  });

  it('leaves bytes of a block that is under way to collect', async () => {
    const { uart, chunks, scheduler } = await waitingLine();
    for (const byte of block) await pty.say(Buffer.of(byte));
    await turns();
    expect(chunks).toEqual(['[']);
    const rest = collect(uart.rx$, block.length);
    // The terminal may not have passed on all of them yet.
    while (chunks.join('').length <= block.length) {
      scheduler.flush();
      await nextTurn();
    }
    expect((await rest).equals(block)).toBe(true);
    await settled(uart.close());
  });

  it('takes the last bytes of a block at once', async () => {
    const { uart, chunks, scheduler } = await openLine();
    const begun = firstValueFrom(uart.rx$);
    const ended = collect(uart.rx$, 2);
    uart.rx$.subscribe(() => uart.expect?.(1));
    await pty.say(Buffer.from('a'));
    await begun;
    await pty.say(Buffer.from('b'));
    await ended;
    expect([chunks.join(''), scheduler.actions]).toEqual(['ab', []]);
    await settled(uart.close());
  });

  it('waits once for bytes that do not come, and takes the next ones at once', async () => {
    const { uart, chunks, scheduler } = await waitingLine();
    scheduler.flush();
    expect(scheduler.frame).toBe(8);
    await turns();
    const next = firstValueFrom(uart.rx$);
    await pty.say(Buffer.from('late'));
    await next;
    expect(chunks).toEqual(['[', 'late']);
    await settled(uart.close());
  });

  it('gives all bytes of a block in order, wherever it is cut', async () => {
    const uart = serialUart({ path: pty.path, baudRate: 9600 });
    await writable(uart);
    let missing = 0;
    uart.rx$.subscribe((chunk) => uart.expect?.((missing -= chunk.length)));
    for (let cut = 0; cut <= block.length; cut++) {
      missing += block.length;
      const received = collect(uart.rx$, block.length);
      await pty.say(block.subarray(0, cut));
      await nextTurn();
      await pty.say(block.subarray(cut));
      expect(String(await received)).toBe(block.toString());
    }
    await settled(uart.close());
  });

  it('loses nothing of more than the line can hold', async () => {
    const uart = serialUart({ path: pty.path, baudRate: 3_000_000 });
    await writable(uart);
    const sent = noise(1 << 20);
    let missing = sent.length;
    uart.rx$.subscribe((chunk) => uart.expect?.((missing -= chunk.length)));
    const received = collect(uart.rx$, sent.length);
    await pty.say(sent);
    expect((await received).equals(sent)).toBe(true);
    await settled(uart.close());
  });
});

describe('a read that waits', () => {
  it('ends when the port is closed, and takes nothing from the next file', async () => {
    const { uart, chunks, scheduler } = await waitingLine();
    await pty.say(block);
    await settled(uart.close());
    // It gets the number that the port had.
    const file = openSync(__filename, 'r');
    scheduler.flush();
    closeSync(file);
    await turns();
    expect(chunks).toEqual(['[']);
  });

  it('ends when the port is unplugged', async () => {
    const { uart, scheduler } = await waitingLine();
    const failed = failureOf(uart.rx$);
    pty.unplug();
    scheduler.flush();
    expect((await failed).code).toBe('ENODEV');
    await settled(uart.close());
  });

  it('passes nothing on while the line is held', async () => {
    const { uart, chunks, scheduler } = await waitingLine({ rtscts: true });
    await pty.say(block);
    uart.hold?.(true);
    scheduler.flush();
    await turns();
    expect(chunks).toEqual(['[']);
    const rest = collect(uart.rx$, block.length);
    uart.hold?.(false);
    expect(String(await rest)).toBe(block.toString());
    await settled(uart.close());
  });

  it('is over when the line was held: the next wait is as long as any', async () => {
    const { uart, scheduler } = await waitingLine({ rtscts: true });
    uart.hold?.(true);
    uart.hold?.(false);
    const next = firstValueFrom(uart.rx$);
    await pty.say(block);
    await next;
    expect(scheduler.actions).toHaveLength(1);
    await settled(uart.close());
    expect(scheduler.actions).toEqual([]);
  });

  it('holds no write back', async () => {
    const { uart } = await waitingLine();
    const heard = collect(pty.heard$, 2);
    pty.listen();
    await settled(uart.write(Buffer.from('AT')));
    expect(String(await heard)).toBe('AT');
    await settled(uart.close());
  });

  it('does not outlive its line: the next one reads at once', async () => {
    const { uart, scheduler, chunks } = await waitingLine();
    await settled(uart.reopen());
    const next = firstValueFrom(uart.rx$);
    await pty.say(Buffer.from('new'));
    expect(String(await next)).toBe('new');
    expect(scheduler.actions).toEqual([]);
    expect(chunks).toEqual(['[']);
    await settled(uart.close());
  });
});

describe('a write to a serial port', () => {
  it('is with the operating system when its turn of the loop ends', async () => {
    const { uart } = await openLine();
    let isTaken = false;
    uart.write(Buffer.from('AT')).subscribe({ complete: () => (isTaken = true) });
    await nextTurn();
    expect(isTaken).toBe(true);
    await settled(uart.close());
  });

  it('that waits for room leaves the other way open, also afterwards', async () => {
    const { uart, chunks } = await openLine();
    const sent = noise(1 << 20);
    const writing = settled(uart.write(sent));
    await firstValueFrom(uart.readiness$.pipe(filter((level) => !level.writable)));
    for (const text of ['one', 'two']) {
      const next = firstValueFrom(uart.rx$);
      await pty.say(Buffer.from(text));
      await next;
    }
    const heard = collect(pty.heard$, sent.length);
    pty.listen();
    await writing;
    expect((await heard).equals(sent)).toBe(true);
    const last = firstValueFrom(uart.rx$);
    await pty.say(Buffer.from('three'));
    await last;
    expect(chunks).toEqual(['one', 'two', 'three']);
    await settled(uart.close());
  });
});

describe('the files of a serial port', () => {
  const openFiles = (): number => readdirSync('/dev/fd').length;

  it('are closed with it, and when it is unplugged or cannot be opened', async () => {
    const before = openFiles();
    for (let round = 0; round < 20; round++) {
      const { uart } = await openLine();
      await settled(uart.close());
      await failureOf(serialUart({ path: '/dev/tty-that-is-not-there' }).rx$);
    }
    const { uart } = await openLine();
    const failed = failureOf(uart.rx$);
    pty.unplug();
    await failed;
    await settled(uart.close());
    // The other end of the pseudo-terminal has been closed as well.
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  it('stay locked while it is open', async () => {
    const { uart } = await openLine();
    expect((await failureOf(serialUart({ path: pty.path }).rx$)).code).toBe('EBUSY');
    await settled(uart.close());
    const { uart: next } = await openLine();
    await settled(next.close());
  });
});

describe('a serial port that is held when it is unplugged', () => {
  it('fails the next write, and then its reader', async () => {
    const { uart } = await openLine({ rtscts: true });
    uart.hold?.(true);
    const failed = failureOf(uart.rx$);
    pty.unplug();
    expect((await failureOf(uart.write(Buffer.from('AT')))).code).toBe('ENODEV');
    expect((await failed).code).toBe('ENODEV');
    await settled(uart.close());
  });
});
