import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { EMPTY, filter, firstValueFrom } from 'rxjs';

import { machine } from '../../src';
import { type ReopenableUart, serialUart, tcpUart } from '../../src/transports';
import { failureOf } from '../../harness/interfaces/failure';
import { openPty, type Pty } from '../../harness/lines/pty';
import { TelnetPeer } from '../../harness/lines/telnetPeer';
import { collect, noise } from '../../harness/peers/bytes';
import { tcpServer } from '../../harness/peers/tcpServer';
import { rfc2217Line } from './support/rfc2217Line';
import { settled, writable } from './support/uart';

/** Changes the speed of a line that has one. */
function change({ setBaudRate }: ReopenableUart, baudRate: number) {
  assert.ok(setBaudRate);
  return setBaudRate(baudRate);
}

/** What the terminal shows as its speed. */
function speedOf(path: string): number {
  const port = openSync(path, 'r');
  const shown = execFileSync('stty', ['speed'], { stdio: [port, 'pipe', 'inherit'], encoding: 'utf8' });
  closeSync(port);
  return Number(shown);
}

describe('the speed of a serial port', () => {
  let pty: Pty;
  beforeEach(() => {
    pty = openPty();
  });
  afterEach(() => pty.close());

  it('is changed while it is open, as the terminal shows', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([115_200, 115_200]);
    await settled(change(uart, 921_600));
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([921_600, 921_600]);
    const received = collect(uart.rx$, 2);
    await pty.say(Buffer.from('OK'));
    expect(String(await received)).toBe('OK');
    await settled(uart.close());
  });

  it('is changed after what was written before, also before the port has opened', async () => {
    const uart = serialUart({ path: pty.path, baudRate: 9600, dtr: true });
    // More than the terminal takes, and less than what a stream takes without waiting.
    const sent = noise(40_000);
    let isWritten = false;
    const written = settled(uart.write(sent)).then(() => (isWritten = true));
    let isSet = false;
    const set = settled(change(uart, 57_600)).then(() => (isSet = isWritten));
    await writable(uart);
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([9600, 9600]);
    // The change drops what waits in a terminal, which does not wait until its device has taken it, as a port does.
    pty.listen();
    await Promise.all([written, set]);
    expect([isSet, uart.baudRate, speedOf(pty.path)]).toEqual([true, 57_600, 57_600]);
    await settled(uart.close());
  });

  it('is changed when that is subscribed to, and each time', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const [fast, slow] = [change(uart, 921_600), change(uart, 9600)];
    expect(uart.baudRate).toBe(115_200);
    await settled(slow);
    expect(speedOf(pty.path)).toBe(9600);
    await settled(fast);
    expect(speedOf(pty.path)).toBe(921_600);
    await settled(uart.close());
  });

  it('is the first one again when the line is opened again', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    await settled(change(uart, 921_600));
    await settled(uart.reopen());
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([115_200, 115_200]);
    await settled(uart.close());
  });

  it('stays as it is when it is refused', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    expect(await failureOf(change(uart, 0))).toMatchObject({ code: 'EINVAL' });
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([115_200, 115_200]);
    await settled(uart.close());
  });

  it('cannot be changed on a line that is closed, or lost', async () => {
    const uart = serialUart({ path: pty.path });
    await writable(uart);
    const lost = failureOf(uart.rx$);
    pty.unplug();
    const error = await lost;
    expect(await failureOf(change(uart, 9600))).toBe(error);
    await settled(uart.close());
    pty.close();
    pty = openPty();
    const other = serialUart({ path: pty.path });
    await writable(other);
    await settled(other.close());
    expect((await failureOf(change(other, 9600))).code).toBe('EBADF');
  });

  it('is that of machine.UART, with promises', async () => {
    const uart = new machine.UART(pty.path, 57_600);
    await firstValueFrom(uart.readiness$.pipe(filter((state) => state.writable)));
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([57_600, 57_600]);
    expect(await uart.setBaudRate?.(921_600)).toBeUndefined();
    expect([uart.baudRate, speedOf(pty.path)]).toEqual([921_600, 921_600]);
    expect(String(uart)).toContain('baud=921600');
    await uart.close();
  });
});

describe('the speed of a line of RFC 2217', () => {
  const speeds = (peer: TelnetPeer) =>
    peer.asked.filter(([what, code]) => what === 'SET' && code === 1).map(([, , ...value]) => value);

  it('is set at the server, which confirms it', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server, { baudRate: 9600 });
    await settled(change(uart, 921_600));
    expect(speeds(peer)).toEqual([
      [0, 0, 0x25, 0x80],
      [0, 14, 16, 0],
    ]);
    expect(uart.baudRate).toBe(921_600);
    await settled(uart.close());
  });

  it('may be that which the divider of the server makes, and a notice says so', async () => {
    await using server = await tcpServer();
    const near = (code: number, value: readonly number[]) => (code === 1 && value[1] === 14 ? [0, 14, 0, 0] : value);
    const [uart] = await rfc2217Line(server, {}, { confirm: near });
    await settled(change(uart, 921_600));
    const notice = await firstValueFrom(uart.notices$ ?? EMPTY);
    expect(notice).toMatch(/asked for SET-BAUDRATE 921600, the serial server answered 917504/);
    await settled(uart.close());
  });

  it('that the server does not take is EINVAL, and the line goes on', async () => {
    await using server = await tcpServer();
    const stubborn = (code: number, value: readonly number[]) => (code === 1 ? [0, 1, 0xc2, 0] : value);
    const [uart, peer] = await rfc2217Line(server, {}, { confirm: stubborn });
    const error = await failureOf(change(uart, 921_600));
    expect(error).toMatchObject({ code: 'EINVAL' });
    expect(error.message).toMatch(/asked for SET-BAUDRATE 921600, the serial server answered 115200/);
    expect(uart.baudRate).toBe(115_200);
    await settled(uart.write(Buffer.from('AT')));
    expect(String(await peer.received(2))).toBe('AT');
    await settled(uart.close());
  });

  it('that the server does not confirm is ETIMEDOUT', async () => {
    await using server = await tcpServer();
    const mute = (code: number, value: readonly number[]) => (code === 1 && value[1] === 14 ? undefined : value);
    const [uart] = await rfc2217Line(server, { timeout: 1000 }, { confirm: mute });
    await writable(uart);
    const error = await failureOf(change(uart, 921_600));
    expect(error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(error.message).toMatch(/has not confirmed 921600 baud in 1000 ms/);
    await settled(uart.close());
  });

  it('is the first one again when the line is opened again', async () => {
    await using server = await tcpServer();
    const [uart] = await rfc2217Line(server);
    await settled(change(uart, 921_600));
    const opened = settled(uart.reopen());
    const again = new TelnetPeer(await server.accept());
    await opened;
    expect(speeds(again)).toEqual([[0, 1, 0xc2, 0]]);
    expect(uart.baudRate).toBe(115_200);
    await settled(uart.close());
  });

  it.each([0, 1.5, 2 ** 32])('is a whole number: %d is EINVAL, and nothing is sent', async (baudRate) => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server);
    await writable(uart);
    expect((await failureOf(change(uart, baudRate))).code).toBe('EINVAL');
    expect(speeds(peer)).toHaveLength(1);
    await settled(uart.close());
  });
});

describe('the speed of a raw serial server', () => {
  it('cannot be set, and is not known', async () => {
    await using server = await tcpServer();
    const { address: host, port } = server.endpoint;
    const uart = tcpUart({ host, port });
    expect([uart.setBaudRate, uart.baudRate]).toEqual([undefined, undefined]);
    await settled(uart.close());
    const other = new machine.UART(`tcp://${host}:${port}`, 57_600);
    expect([other.setBaudRate, other.baudRate]).toEqual([undefined, 57_600]);
    await other.close();
  });
});
