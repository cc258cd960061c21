import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, take, toArray } from 'rxjs';

import { machine, OSError, type UART, uselect } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';
import { openPty, type Pty } from '../../harness/lines/pty';

describe('machine.UART on a serial port', () => {
  let pty: Pty;
  let uart: UART;

  beforeEach(async () => {
    pty = openPty();
    pty.listen();
    uart = new machine.UART(pty.path, 115_200, { timeout: 50, read_buf_len: 64 });
    await opened();
  });

  afterEach(async () => {
    await uart.close();
    pty.close();
  });

  /** The driver flushes a terminal while it opens it: what has been said by then is lost. */
  async function opened(): Promise<void> {
    await firstValueFrom(uart.readiness$.pipe(filter(({ writable }) => writable)));
  }

  /** Resolves when the UART has taken that many bytes from the line. */
  async function hold(text: string): Promise<void> {
    const poller = uselect.poll();
    poller.register(uart, uselect.POLLIN);
    await pty.say(Buffer.from(text));
    await poller.poll();
    while (uart.any() < text.length) await firstValueFrom(uart.rx$);
  }

  it('reads just as many bytes as are asked for, and leaves the rest', async () => {
    await uart.close();
    uart = new machine.UART(pty.path, 115_200, { timeout: 60_000 });
    await opened();
    const read = uart.read(4);
    await pty.say(Buffer.from('ab'));
    await pty.say(Buffer.from('cdef'));
    expect(String(await read)).toBe('abcd');
    expect(String(await uart.read(2))).toBe('ef');
  });

  it('gives what has come when the time is up, and null when nothing has', async () => {
    expect(await uart.read(4)).toBeNull();
    await hold('ab');
    expect(String(await uart.read(4))).toBe('ab');
  });

  it('without a size gives what has come when the line is quiet', async () => {
    const read = uart.read();
    await pty.say(Buffer.from('first '));
    await pty.say(Buffer.from('second'));
    expect(String(await read)).toBe('first second');
    expect(await uart.read()).toBeNull();
  });

  it('without a size gives what it holds when the line is never quiet', async () => {
    await uart.close();
    uart = new machine.UART(pty.path, 115_200, { timeout: 60_000, read_buf_len: 64 });
    await opened();
    const read = uart.read();
    await hold('x'.repeat(64));
    await pty.say(Buffer.from('y'));
    expect(String(await read)).toBe('x'.repeat(64));
    await expect(uart.read()).rejects.toMatchObject({ code: 'ENOBUFS' });
  });

  it('reads a line with its newline, and what there is of one when the time is up', async () => {
    await hold('one\ntw');
    expect(String(await uart.readline())).toBe('one\n');
    expect(String(await uart.readline())).toBe('tw');
    expect(await uart.readline()).toBeNull();
  });

  it('reads into a buffer, and returns the number of bytes', async () => {
    await hold('abcd');
    const target = Buffer.alloc(8, '.');
    expect(await uart.readinto(target, 3)).toBe(3);
    expect(await uart.readinto(target.subarray(3))).toBe(1);
    expect(await uart.readinto(target)).toBeNull();
    expect(String(target)).toBe('abcd....');
  });

  it('reads into a buffer no further than its end, and what has come when the time is up', async () => {
    await hold('abcdef');
    const target = Buffer.alloc(4, '.');
    expect(await uart.readinto(target, 99)).toBe(4);
    expect(await uart.readinto(target, 0)).toBe(0);
    expect(await uart.readinto(target)).toBe(2);
    expect(String(target)).toBe('efcd');
  });

  it('is closed by deinit: calls under way and to come fail with EBADF', async () => {
    const [poller, target] = [uselect.poll(), Buffer.alloc(4)];
    poller.register(uart, 0);
    const pending = [uart.read(4), uart.read(), uart.readline(), uart.readinto(target)].map(failureOf);
    await uart.deinit();
    const later = [uart.read(4), uart.read(), uart.readline(), uart.readinto(target), uart.write('x')].map(failureOf);
    for (const failure of await Promise.all([...pending, ...later])) expect(failure.code).toBe('EBADF');
    expect(uart.any()).toBe(0);
    expect(await poller.poll()).toEqual([[uart, uselect.POLLHUP]]);
    await uart.deinit();
  });

  it('refuses with EINVAL what is no size, no buffer and no bytes', async () => {
    const calls = [
      uart.read(-1),
      uart.read(0.5),
      uart.readinto(Buffer.alloc(4), -1),
      uart.readinto('text' as unknown as Buffer),
      uart.write(5 as unknown as string),
    ];
    for (const call of calls) expect((await failureOf(call)).code).toBe('EINVAL');
  });

  it.each([{ timeout: -1 }, { timeout: NaN }, { timeout: 2 ** 31 }, { read_buf_len: 0 }, { read_buf_len: 1.5 }])(
    'refuses the option %j with EINVAL, and leaves the port alone',
    (options) => {
      const make = () => new machine.UART('/dev/no-such-port', 115_200, options);
      expect(make).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    },
  );

  it.each([
    ['115200', "the text '115200'"],
    [null, 'null'],
  ])('says that a baud rate is a number, not %j', (given, told) => {
    const make = () => new machine.UART('/dev/no-such-port', given as unknown as number);
    expect(make).toThrow(expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining(`not ${told}`) }));
  });

  it('with a timeout of 0 takes what is there', async () => {
    await uart.close();
    uart = new machine.UART(pty.path, 115_200, { timeout: 0 });
    await opened();
    expect(await uart.read(4)).toBeNull();
    expect(await uart.readline()).toBeNull();
    await hold('ab');
    expect(String(await uart.read(4))).toBe('ab');
  });

  it('writes text and bytes, and returns their number', async () => {
    const heard = firstValueFrom(pty.heard$.pipe(take(1), toArray()));
    expect(await uart.write('né')).toBe(3);
    expect(Buffer.concat(await heard)).toEqual(Buffer.from('né'));
  });

  it('is readable for uselect while bytes wait', async () => {
    const poller = uselect.poll();
    poller.register(uart, uselect.POLLIN);
    expect(await poller.poll(0)).toEqual([]);
    await hold('a');
    expect(await poller.poll()).toEqual([[uart, uselect.POLLIN]]);
    await uart.read(1);
    expect(await poller.poll(0)).toEqual([]);
  });

  it('says so when more comes unread than it holds', async () => {
    await pty.say(Buffer.alloc(65));
    await firstValueFrom(uart.readiness$.pipe(filter(({ readable }) => readable)));
    const reads = async () => {
      while ((await uart.read(64)) !== null);
    };
    await expect(reads()).rejects.toMatchObject({ code: 'ENOBUFS' });
  });
});

it('a UART whose port is not there fails every call with ENODEV', async () => {
  const uart = new machine.UART('/dev/no-such-port');
  for (const call of [() => uart.read(1), () => uart.read(), () => uart.readline(), () => uart.write('AT\r\n')]) {
    const failure = await call().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OSError);
    expect(failure).toMatchObject({ code: 'ENODEV' });
  }
  await uart.close();
});

describe('flow control of a UART', () => {
  it('is there with rtscts, and only then', async () => {
    await using without = new machine.UART('emulator:', 115_200);
    await using withIt = new machine.UART('emulator:', 115_200, { rtscts: true });
    expect([typeof without.hold, typeof withIt.hold]).toEqual(['undefined', 'function']);
  });
});

it('a UART collects bytes of a block only on a serial port of this machine', async () => {
  await using serial = new machine.UART('/dev/no-such-port');
  await using virtual = new machine.UART('emulator:');
  await using remote = new machine.UART('tcp://127.0.0.1:1');
  expect([serial, virtual, remote].map((uart) => typeof uart.expect)).toEqual(['function', 'undefined', 'undefined']);
});

it('a UART has the virtual modem of emulator:, and none on any other line', async () => {
  await using virtual = new machine.UART('emulator:', 115_200);
  await using remote = new machine.UART('tcp://127.0.0.1:1');
  expect(remote.emulator).toBeUndefined();
  const faults: string[] = [];
  virtual.emulator?.events$.subscribe(({ kind, text }) => faults.push(`${kind}: ${text}`));
  virtual.emulator?.fault({ kind: 'busy', for: 5 });
  expect(faults).toEqual(['fault: busy, for 5']);
});
