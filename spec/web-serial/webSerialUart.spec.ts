import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lastValueFrom, Subject } from 'rxjs';

import { createModules } from '../../src';
import { createEmulator } from '../../src/emulator';
import { webSerialUart } from '../../src/web-serial';
import { serialUart } from '../../src/transports';
import { failureOf } from '../../harness/interfaces/failure';
import { openPty, type Pty } from '../../harness/lines/pty';
import { WebSerialDevice } from '../../harness/lines/webSerialDevice';
import { collect, noise } from '../../harness/peers/bytes';
import { nextTurn } from '../../harness/time/turns';
import { settled, writable } from '../transports/support/uart';

/** A device that sends what the test says, and takes nothing that is written, if it is told so. */
function device({ takes = true } = {}) {
  const said = new Subject<Uint8Array>();
  const written: Uint8Array[] = [];
  const line = {
    rx$: said,
    write: (bytes: Uint8Array) => {
      written.push(bytes);
      return takes ? [] : new Subject<never>();
    },
  };
  return { said, written, line };
}

describe('a serial port of a browser', () => {
  let pty: Pty;
  beforeEach(() => {
    pty = openPty();
  });
  afterEach(() => pty.close());

  it('carries 1 MB of random bytes each way at once', async () => {
    const line = serialUart({ path: pty.path });
    await writable(line);
    const uart = webSerialUart(new WebSerialDevice(line));
    await writable(uart);
    const [there, back] = [noise(1 << 20), noise(1 << 20)];
    const received = collect(uart.rx$, back.length);
    const arrived = collect(pty.heard$, there.length);
    pty.listen();
    await Promise.all([pty.say(back), settled(uart.write(there))]);
    expect((await received).equals(back)).toBe(true);
    expect((await arrived).equals(there)).toBe(true);
    await settled(uart.close());
    await settled(line.close());
  });

  it('is the line of a modem, at another speed, too', async () => {
    const emulator = createEmulator({ baud: 115_200, seed: 1 });
    // The driver first looks whether the modem has that speed already.
    const opened: number[] = [];
    const port = new WebSerialDevice(emulator.uart, {
      opened: ({ baudRate }) => {
        opened.push(baudRate);
        emulator.setHostBaud(baudRate);
      },
    });
    const uart = webSerialUart(port);
    const nic = await createModules().network.ESP8285(uart, { baud: 921_600 });
    expect([nic.baud, uart.baudRate, opened]).toEqual([921_600, 921_600, [115_200, 921_600, 115_200, 921_600]]);
    await nic.close();
    emulator.close();
  });

  it('has the settings and the signals that it is given', async () => {
    const { line } = device();
    const opened: object[] = [];
    const port = new WebSerialDevice(line, { opened: (settings) => opened.push(settings) });
    const uart = webSerialUart(port, { baudRate: 9600, rtscts: true, parity: 'even', dtr: false });
    await writable(uart);
    expect(opened).toEqual([{ baudRate: 9600, flowControl: 'hardware', parity: 'even', bufferSize: 65_536 }]);
    expect(port.signals).toEqual({ dataTerminalReady: false, requestToSend: true });
    expect(uart.port).toBe('serial port 10c4:ea60');
    await settled(uart.close());
  });

  it('takes no bytes while it is held, and has them all afterwards', async () => {
    const { line, said } = device();
    const uart = webSerialUart(new WebSerialDevice(line), { rtscts: true });
    await writable(uart);
    uart.hold?.(true);
    const received: Uint8Array[] = [];
    uart.rx$.subscribe((chunk) => received.push(chunk));
    // The read that waits already may still bring bytes.
    said.next(Buffer.from('a'));
    await nextTurn();
    said.next(Buffer.from('b'));
    said.next(Buffer.from('c'));
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(Buffer.concat(received).toString()).toBe('a');
    uart.hold?.(false);
    await nextTurn();
    expect(Buffer.concat(received).toString()).toBe('abc');
    await settled(uart.close());
  });

  it('goes on after an error of the line, and tells it', async () => {
    const { line, said } = device();
    const port = new WebSerialDevice(line);
    const uart = webSerialUart(port);
    await writable(uart);
    const notices: string[] = [];
    uart.notices$?.subscribe((notice) => notices.push(notice));
    await nextTurn();
    port.disturb('BufferOverrunError');
    await nextTurn();
    const received = collect(uart.rx$, 5);
    said.next(Buffer.from('after'));
    expect((await received).toString()).toBe('after');
    expect(notices).toEqual([expect.stringContaining('BufferOverrunError')]);
    await settled(uart.close());
  });

  it('closes while a read waits, twice, and opens again', async () => {
    const port = new WebSerialDevice(device().line);
    for (let round = 0; round < 2; round++) {
      const uart = webSerialUart(port);
      await writable(uart);
      const end = lastValueFrom(uart.rx$, { defaultValue: 'complete' });
      await Promise.all([settled(uart.close()), settled(uart.close())]);
      expect(await end).toBe('complete');
      expect(await failureOf(settled(uart.write(Buffer.from('late'))))).toMatchObject({ code: 'EBADF' });
    }
  });

  it('closes while a write waits, and opens again', async () => {
    const { line, written } = device({ takes: false });
    const port = new WebSerialDevice(line);
    const uart = webSerialUart(port);
    await writable(uart);
    const waiting = Promise.all(['first', 'second'].map((text) => failureOf(settled(uart.write(Buffer.from(text))))));
    while (written.length === 0) await nextTurn();
    await settled(uart.close());
    expect((await waiting).at(-1)).toMatchObject({ code: 'EBADF' });
    const again = webSerialUart(port);
    await writable(again);
    await settled(again.close());
  });

  it.each(['event first', 'error first'] as const)('fails with ENODEV when it is unplugged (%s)', async (unplugged) => {
    const { line, said } = device();
    const port = new WebSerialDevice(line, { unplugged });
    const uart = webSerialUart(port);
    await writable(uart);
    const failed = failureOf(lastValueFrom(uart.rx$));
    port.unplug();
    expect(await failed).toMatchObject({ code: 'ENODEV' });
    expect(await failureOf(settled(uart.write(Buffer.from('late'))))).toMatchObject({ code: 'ENODEV' });
    await settled(uart.reopen());
    const received = collect(uart.rx$, 4);
    said.next(Buffer.from('back'));
    expect((await received).toString()).toBe('back');
    await settled(uart.close());
  });

  it.each([
    ['InvalidStateError', 'EBUSY'],
    ['NetworkError', 'EBUSY'],
    ['SecurityError', 'EACCES'],
    ['NotFoundError', 'ENODEV'],
    ['SomeError', 'EIO'],
  ])('says what to try when it cannot be opened: %s', async (name, code) => {
    const port = new WebSerialDevice(device().line, {
      opened: () => {
        throw new DOMException('No.', name);
      },
    });
    const uart = webSerialUart(port);
    const error = await failureOf(lastValueFrom(uart.rx$));
    expect(error).toMatchObject({ code, message: expect.stringContaining(`${name}, No.`) });
    await settled(uart.close());
  });

  it('keeps its speed when the browser refuses another one', async () => {
    const { line, said } = device();
    const port = new WebSerialDevice(line, {
      opened: ({ baudRate }) => {
        if (baudRate > 1_000_000) throw new TypeError('too fast');
      },
    });
    const uart = webSerialUart(port);
    await writable(uart);
    const error = await failureOf(settled(uart.setBaudRate?.(2_000_000) ?? uart.close()));
    expect([error, uart.baudRate]).toMatchObject([{ code: 'EINVAL' }, 115_200]);
    const received = collect(uart.rx$, 2);
    await writable(uart);
    said.next(Buffer.from('on'));
    expect((await received).toString()).toBe('on');
    await settled(uart.close());
  });

  it('is refused for what is no port, and for settings that contradict each other', () => {
    expect(() => webSerialUart(undefined as never)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    const port = new WebSerialDevice(device().line);
    expect(() => webSerialUart(port, { rtscts: true, rts: true })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => webSerialUart(port, { baudRate: 0 })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});
