import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';

import { serialUart } from '../../../src/transports';
import { OSError } from '../../../src/usocket/contract/osError';
import { nextTurn } from '../../../harness/time/turns';
import { collect, noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { openPty, type Pty } from '../../../harness/lines/pty';
import { settled, writable } from '../support/uart';

const lostLevel = { readable: true, writable: false, hangup: true, error: true };

let pty: Pty;
beforeEach(() => {
  pty = openPty();
});
afterEach(() => pty.close());

/** The next bytes that the device hears. */
const heard = (length: number) => {
  const bytes = collect(pty.heard$, length);
  pty.listen();
  return bytes;
};

describe('a serial port', () => {
  it('carries 1 MB of random bytes each way at once', async () => {
    const uart = serialUart({ path: pty.path });
    const [there, back] = [noise(1 << 20), noise(1 << 20)];
    await writable(uart);
    const received = collect(uart.rx$, back.length);
    const arrived = heard(there.length);
    await Promise.all([pty.say(back), settled(uart.write(there))]);
    expect((await received).equals(back)).toBe(true);
    expect((await arrived).equals(there)).toBe(true);
    await settled(uart.close());
  });

  it('may pause for long on a pseudo-terminal, because a busy machine may hold up the program behind it', async () => {
    const uart = serialUart({ path: pty.path });
    expect(uart.longestPause).toBe(3_000);
    await settled(uart.close());
  });

  it('takes a setting that is undefined for one that is not told', async () => {
    const unset: object = { dataBits: undefined, parity: undefined, stopBits: undefined, hupcl: undefined };
    const uart = serialUart({ path: pty.path, ...unset });
    await writable(uart);
    const port = openSync(pty.path, 'r');
    const shown = execFileSync('stty', ['-a'], { stdio: [port, 'pipe', 'inherit'], encoding: 'utf8' });
    closeSync(port);
    expect(shown).toMatch(/\scs8\s/);
    expect(shown).toMatch(/\shupcl\s/);
    await settled(uart.close());
  });

  it('sends what was written before it had opened, in the order of subscription', async () => {
    const uart = serialUart({ path: pty.path, baudRate: 9600 });
    const arrived = heard(6);
    await Promise.all([settled(uart.write(Buffer.from('abc'))), settled(uart.write(Buffer.from('def')))]);
    expect((await arrived).toString()).toBe('abcdef');
    await settled(uart.close());
  });

  it('sends it also before what is written because the port has opened', async () => {
    const uart = serialUart({ path: pty.path });
    const arrived = heard(4);
    const say = (text: string, complete = (): unknown => undefined) =>
      uart.write(Buffer.from(text)).subscribe({ complete });
    uart.readiness$.pipe(filter((level) => level.writable)).subscribe(() => say('c'));
    say('a', () => say('d'));
    say('b');
    expect(String(await arrived)).toBe('abcd');
    await settled(uart.close());
  });

  it('writes nothing before it is subscribed to, and twice for two', async () => {
    const uart = serialUart({ path: pty.path });
    const write$ = uart.write(Buffer.from('once.'));
    await settled(uart.write(Buffer.from('first.')));
    await settled(write$);
    await settled(write$);
    expect((await heard(16)).toString()).toBe('first.once.once.');
    await settled(uart.close());
  });

  it('holds the writer back while the device takes nothing', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const sent = noise(1 << 20);
    let done = false;
    const writing = settled(uart.write(sent)).then(() => (done = true));
    // Not writable while it waits, and the other way is open meanwhile.
    await firstValueFrom(uart.readiness$.pipe(filter((level) => !level.writable)));
    expect(done).toBe(false);
    expect((await heard(sent.length)).equals(sent)).toBe(true);
    await writing;
    await writable(uart);
    await settled(uart.close());
  });

  it('receives bytes without a subscriber: a late one gets the bytes from then on', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    // Far more than the line could hold, were it not read.
    await pty.say(Buffer.alloc(100_000));
    const rest = firstValueFrom(uart.rx$.pipe(filter((chunk) => chunk.includes(0x7c))));
    await pty.say(Buffer.from('|'));
    await rest;
    const received = collect(uart.rx$, 4);
    await pty.say(Buffer.from('late'));
    expect((await received).toString()).toBe('late');
    await settled(uart.close());
  });
});

describe('a serial port with RTS/CTS', () => {
  it('takes no bytes while it is held, so that the device waits, and has them all afterwards', async () => {
    const uart = serialUart({ path: pty.path, rtscts: true });
    await writable(uart);
    const sent = noise(1 << 20);
    const received = collect(uart.rx$, sent.length);
    let heardNow = 0;
    uart.rx$.subscribe((chunk) => (heardNow += chunk.length));
    uart.hold?.(true);
    let done = false;
    const saying = pty.say(sent).then(() => (done = true));
    for (let turn = 0; turn < 200; turn++) await nextTurn();
    expect([done, heardNow]).toEqual([false, 0]);
    uart.hold?.(false);
    expect((await received).equals(sent)).toBe(true);
    await saying;
    await settled(uart.close());
  });

  it('can be closed while it is held', async () => {
    const uart = serialUart({ path: pty.path, rtscts: true });
    await writable(uart);
    uart.hold?.(true);
    await settled(uart.close());
    expect(await lastValueFrom(uart.rx$, { defaultValue: 'the end' })).toBe('the end');
  });

  it('is the only one that can be held', async () => {
    const uart = serialUart({ path: pty.path });
    expect(uart.hold).toBeUndefined();
    await settled(uart.close());
  });
});

describe('closing a serial port', () => {
  it('completes its readers and fails a write with EBADF', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const received = lastValueFrom(uart.rx$.pipe(toArray()));
    await settled(uart.close());
    expect(await received).toEqual([]);
    expect(await lastValueFrom(uart.rx$.pipe(toArray()))).toEqual([]);
    const error = await failureOf(uart.write(Buffer.from('x')));
    expect([error.code, error.syscall]).toEqual(['EBADF', 'write']);
    expect(await firstValueFrom(uart.readiness$)).toEqual({ ...lostLevel, error: false });
  });

  it('is done once, however often it is asked for, also by one who stops waiting', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    uart.close().subscribe().unsubscribe();
    expect(await Promise.all([settled(uart.close()), settled(uart.close())])).toEqual(['done', 'done']);
    expect(await settled(uart.close())).toBe('done');
  });

  it('frees the port for the next one', async () => {
    await settled(serialUart({ path: pty.path }).close());
    const uart = serialUart({ path: pty.path });
    expect(await writable(uart)).toMatchObject({ hangup: false, error: false });
    await settled(uart.close());
  });

  it('ends a write that waits', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const failed = failureOf(uart.write(noise(1 << 20)));
    await settled(uart.close());
    expect((await failed).code).toBe('EBADF');
  });
});

describe('a serial port that cannot be opened', () => {
  it.each([
    ['/dev/tty-that-is-not-there', 'ENODEV', 'plugged in'],
    ['/dev/null', 'ENODEV', 'not a serial port'],
    ['/', 'ENODEV', 'not a serial port'],
  ])('%s fails its reader and its writers with %s', async (path, code, advice) => {
    const uart = serialUart({ path });
    const writing = failureOf(uart.write(Buffer.from('x')));
    const error = await failureOf(uart.rx$);
    expect([error.code, error.syscall]).toEqual([code, 'open']);
    expect(error.message).toContain(path);
    expect(error.message).toContain(advice);
    expect(await writing).toBe(error);
    // Those who come later hear the same.
    expect(await failureOf(uart.rx$)).toBe(error);
    expect(await failureOf(uart.write(Buffer.from('x')))).toBe(error);
    expect(await firstValueFrom(uart.readiness$)).toEqual(lostLevel);
    expect(await settled(uart.close())).toBe('done');
  });

  it('is busy while another has it open', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const error = await failureOf(serialUart({ path: pty.path }).rx$);
    expect(error.code).toBe('EBUSY');
    expect(error.message).toContain('another program');
    await settled(uart.close());
  });

  it('breaks nothing without a subscriber', async () => {
    const uart = serialUart({ path: '/dev/tty-that-is-not-there' });
    expect(await firstValueFrom(uart.readiness$.pipe(filter((level) => level.error)))).toEqual(lostLevel);
  });

  it.each([
    [{ path: '' }, 'path'],
    [{ path: '/dev/ttyUSB0', baudRate: 0 }, 'baud rate'],
    [{ path: '/dev/ttyUSB0', baudRate: 115_200.5 }, 'baud rate'],
  ])('refuses %p at the call', (options, told) => {
    assert.throws(
      () => serialUart(options),
      (error) => error instanceof OSError && error.code === 'EINVAL' && error.message.includes(told),
    );
  });
});

describe('a serial port that is unplugged', () => {
  it('reports it to reader, writer, poller and later callers', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const [reading, writing] = [failureOf(uart.rx$), failureOf(uart.write(noise(1 << 20)))];
    pty.unplug();
    const error = await reading;
    expect([error.code, error.syscall]).toEqual(['ENODEV', 'read']);
    expect(error.message).toContain(pty.path);
    expect((await writing).code).toBe('ENODEV');
    expect(await failureOf(uart.rx$)).toBe(error);
    expect(await failureOf(uart.write(Buffer.from('x')))).toBe(error);
    expect(await firstValueFrom(uart.readiness$)).toEqual(lostLevel);
    expect(await settled(uart.close())).toBe('done');
  });

  it('reports it also while bytes are coming in', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const reading = failureOf(uart.rx$);
    const first = firstValueFrom(uart.rx$);
    await pty.say(noise(2000));
    await first;
    pty.unplug();
    expect((await reading).code).toBe('ENODEV');
  });

  it('breaks nothing without a subscriber', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    pty.unplug();
    expect(await firstValueFrom(uart.readiness$.pipe(filter((level) => level.error)))).toEqual(lostLevel);
  });
});
