import { describe, expect, it } from '@jest/globals';
import { defer, finalize, firstValueFrom, VirtualTimeScheduler } from 'rxjs';

import type { Uart } from '../../src';
import { createEmulator, type EmulatorOptions } from '../../src/emulator';
import { ESP8285 } from '../../src/esp8285';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { until } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { quickProgram } from './quickProgram';

/** Sets a modem up in virtual time; gives the failure, and how long it took in milliseconds. */
async function failureToStart(
  options: EmulatorOptions,
  prepare: (emulator: ReturnType<typeof createEmulator>) => void,
) {
  const scheduler = new VirtualTimeScheduler();
  const emulator = createEmulator({ ...options, scheduler });
  prepare(emulator);
  const failure = failureOf(ESP8285.start(emulator.uart, { scheduler }));
  scheduler.maxFrames = 300_000;
  scheduler.flush();
  const error = await failure;
  const took = scheduler.now();
  emulator.close();
  return { error, took };
}

describe.each(['1.5', '1.7.4', '2.2.2'] as const)('a modem with AT %s', (firmware) => {
  it('that is silent is EIO, within half a minute', async () => {
    const { error, took } = await failureToStart({ firmware }, (emulator) => emulator.fault({ kind: 'silence' }));
    expect(error).toMatchObject({ code: 'EIO', errno: 5 });
    expect(error.message).toMatch(/silent.*power/);
    expect(took).toBeLessThan(30_000);
  });

  it('that is silent at first can be tried again, and only the last attempt listens', async () => {
    const scheduler = new VirtualTimeScheduler();
    const emulator = createEmulator({ firmware, scheduler });
    const { uart } = emulator;
    emulator.fault({ kind: 'silence', for: 20_000 });
    let listeners = 0;
    const watched: Uart = {
      rx$: defer(() => {
        listeners++;
        return uart.rx$.pipe(finalize(() => listeners--));
      }),
      readiness$: uart.readiness$,
      write: (bytes) => uart.write(bytes),
      close: () => uart.close(),
    };
    const first = failureOf(ESP8285.start(watched, { scheduler }));
    scheduler.maxFrames = 19_000;
    scheduler.flush();
    expect(await first).toMatchObject({ code: 'EIO' });
    expect(listeners).toBe(0);
    const second = ESP8285.start(watched, { scheduler });
    scheduler.maxFrames = 60_000;
    scheduler.flush();
    const nic = await second;
    expect(listeners).toBe(1);
    const closed = nic.close();
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    await closed;
    expect(listeners).toBe(0);
  });

  it('at another speed is EPROTO, within half a minute', async () => {
    const { error, took } = await failureToStart({ firmware, baud: 115_200 }, (emulator) => emulator.setHostBaud(9600));
    expect(error).toMatchObject({ code: 'EPROTO', errno: 71 });
    expect(error.message).toMatch(/baud rate/);
    expect(took).toBeLessThan(30_000);
  });

  it('that is pulled out is ENODEV for everyone', async () => {
    await using modem = await quickProgram({ firmware });
    await using server = await tcpServer();
    await modem.nic.connect('my-ssid', 'my-password');
    await using socket = modem.usocket.socket();
    await socket.connect(addressOf(server));
    const waiting = failureOf(socket.recv(10));
    modem.emulator.fault({ kind: 'unplug' });
    expect(await waiting).toMatchObject({ code: 'ENODEV', errno: 19 });
    expect(await failureOf(socket.send('hello'))).toMatchObject({ code: 'ENODEV' });
    expect(await failureOf(modem.nic.ifconfig())).toMatchObject({ code: 'ENODEV' });
    expect(await failureOf(modem.usocket.getaddrinfo('localhost', 80))).toMatchObject({ code: 'ENODEV' });
    expect(await firstValueFrom(modem.nic.status$)).toMatchObject({ modem: 'down', error: { code: 'ENODEV' } });
  });

  it('that starts again loses its connections with ECONNRESET, and is on the network again by itself', async () => {
    await using modem = await quickProgram({ firmware });
    await using server = await tcpServer();
    await modem.nic.connect('my-ssid', 'my-password');
    await using socket = modem.usocket.socket();
    await socket.connect(addressOf(server));
    const waiting = failureOf(socket.recv(10));
    modem.emulator.fault({ kind: 'reset' });
    expect(await waiting).toMatchObject({ code: 'ECONNRESET', errno: 104 });
    await until(modem.nic.status$, ({ wifi }) => wifi === 'up');
    await using next = modem.usocket.socket();
    await next.connect(addressOf(server));
  });

  it('that is closed leaves EBADF to its sockets', async () => {
    await using server = await tcpServer();
    const modem = await quickProgram({ firmware });
    await modem.nic.connect('my-ssid', 'my-password');
    await using socket = modem.usocket.socket();
    await socket.connect(addressOf(server));
    const waiting = failureOf(socket.recv(10));
    await modem.nic.close();
    expect(await waiting).toMatchObject({ code: 'EBADF' });
    expect(await failureOf(modem.nic.connect('my-ssid', 'my-password'))).toMatchObject({ code: 'EBADF' });
    await modem.nic.close();
  });
});
