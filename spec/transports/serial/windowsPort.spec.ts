import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asyncScheduler, NEVER } from 'rxjs';

import { failureOf } from '../../../harness/interfaces/failure';
import { openPty, type Pty } from '../../../harness/lines/pty';
import { collect, noise } from '../../../harness/peers/bytes';
import { turnUntil } from '../../../harness/time/turns';
import { reopenableUart } from '../../../src/transports/line/reopenableUart';
import type { SignalPort } from '../../../src/transports/serial/controlSignals';
import { ReadWait } from '../../../src/transports/serial/readWait';
import type { UnixPort } from '../../../src/transports/serial/systemBinding';
import { windowsPort } from '../../../src/transports/serial/windowsPort';
import { settled, writable } from '../support/uart';

let pty: Pty;
beforeEach(() => {
  pty = openPty();
});
afterEach(() => pty.close());

/** The way in which ports of Windows are used works everywhere. */
function openPort(path: string) {
  const settings = { path, baudRate: 115_200 };
  const wait = new ReadWait(settings.baudRate, asyncScheduler);
  return windowsPort({ settings, longestPause: 100, wait, scheduler: asyncScheduler });
}

function openLine(path = pty.path) {
  return reopenableUart(() => openPort(path).transport);
}

/** Resolves when a port has nothing to read, and waits for bytes. */
async function waitsForBytes(stream: SignalPort): Promise<void> {
  const serialPort = stream as SignalPort & { readonly port?: UnixPort };
  const waiting = () => (serialPort.port?.poller.listenerCount('readable') ?? 0) > 0;
  expect(await turnUntil(waiting, 5000)).toBe(true);
}

describe('a port that threads read and write', () => {
  it('carries bytes each way, also those that were written before it was open', async () => {
    const uart = openLine();
    const heard = collect(pty.heard$, 2);
    pty.listen();
    await settled(uart.write(Buffer.from('AT')));
    expect(String(await heard)).toBe('AT');
    const sent = noise(20_000);
    const received = collect(uart.rx$, sent.length);
    await pty.say(sent);
    expect((await received).equals(sent)).toBe(true);
    await settled(uart.close());
  });

  it('changes its speed, and refuses one that is none', async () => {
    const uart = openLine();
    await writable(uart);
    expect(await settled(uart.setBaudRate?.(921_600) ?? NEVER)).toBe('done');
    expect((await failureOf(uart.setBaudRate?.(0) ?? NEVER)).code).toBe('EINVAL');
    await settled(uart.close());
  });

  it('says that it cannot be opened, and that it is gone', async () => {
    expect((await failureOf(openLine('/dev/tty-that-is-not-there').rx$)).code).toBe('ENODEV');
    const port = openPort(pty.path);
    const uart = reopenableUart(() => port.transport);
    const failed = failureOf(uart.rx$);
    // On Linux and macOS, @serialport/bindings-cpp 13 never ends a read that begins after the plug is pulled (`unixRead`).
    await waitsForBytes(port.signals);
    pty.unplug();
    expect(await failed).toMatchObject({ code: 'ENODEV', syscall: 'read' });
    await settled(uart.close());
  });
});
