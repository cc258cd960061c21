import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { defer, of } from 'rxjs';

import { createModules, machine, network, type NetworkModule, uerrno, usocket, type Uart } from '../../src';
import { createEmulator } from '../../src/emulator';
import { failureOf } from '../../harness/interfaces/failure';
import { sayLast, until } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { quick } from './quickProgram';

describe('network.ESP8285', () => {
  it('gives a line one interface: EBUSY for a second one, until the first is closed', async () => {
    const { ESP8285: open } = createModules().network;
    const { uart } = createEmulator(quick);
    const nic = await open(uart);
    expect(await failureOf(open(uart))).toMatchObject({ code: 'EBUSY' });
    await nic.connect('my-ssid', 'my-password');
    await nic.close();
    expect(await failureOf(open(uart))).not.toMatchObject({ code: 'EBUSY' });
  });

  it.each([undefined, {}, 'emulator:'])('refuses %p, which is no line, with EINVAL', async (line) => {
    const { ESP8285: open } = createModules().network;
    expect(await failureOf(open(line as unknown as Uart))).toMatchObject({ code: 'EINVAL' });
  });
});

describe('the line', () => {
  it('that is not there is ENODEV, and says which', async () => {
    const uart = new machine.UART('/dev/no-such-line', 115_200);
    const error = await failureOf(network.ESP8285(uart));
    expect(error).toMatchObject({ code: 'ENODEV' });
    expect(error.message).toContain('/dev/no-such-line');
    await uart.close();
  });

  it('at an address without a server fails, and names the address', async () => {
    const port = await unusedPort();
    const uart = new machine.UART(`tcp://127.0.0.1:${port}`);
    const error = await failureOf(network.ESP8285(uart));
    expect(error.code).toMatch(/^(ENODEV|ECONNREFUSED)$/);
    expect(error.message).toContain(String(port));
    await uart.close();
  });
});

describe('the front door', () => {
  it('takes a program from the serial line to the end of a reply', async () => {
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const uart = new machine.UART('emulator:', 921_600, {
      emulator: { ...quick, hosts: { 'example.net:80': `127.0.0.1:${port}` } },
    });
    const nic = await network.ESP8285(uart);
    await nic.connect('my-ssid', 'my-password');

    const sock = usocket.socket();
    sock.settimeout(5);
    const [[, , , , addr]] = await usocket.getaddrinfo('example.net', 80);
    await sock.connect(addr);
    await sock.sendall('GET / HTTP/1.0\r\nHost: example.net\r\n\r\n');
    const peer = await server.accept();
    await once(peer, 'readable');
    expect(String(peer.read())).toContain('GET / HTTP/1.0');
    sayLast(peer, 'HTTP/1.0 200 OK\r\n\r\nhello');
    expect(String(await sock.read())).toBe('HTTP/1.0 200 OK\r\n\r\nhello');
    await sock.close();
    await nic.close();
  });

  it('makes the first interface the default one, and the next when that is closed', async () => {
    const first = await network.ESP8285(new machine.UART('emulator:', 921_600, { emulator: quick }));
    const second = network.Host();
    await using other = usocket.socket();
    expect(await failureOf(other.connect(['127.0.0.1', await unusedPort()]))).toMatchObject({ code: 'ENETUNREACH' });
    await first.close();
    await using socket = usocket.socket();
    expect(await failureOf(socket.connect(['127.0.0.1', await unusedPort()]))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(second.name).toBe('host');
  });

  it.each([
    [
      'a modem',
      (networks: NetworkModule) => networks.ESP8285(new machine.UART('emulator:', 921_600, { emulator: quick })),
    ],
    ['the host', (networks: NetworkModule) => networks.Host()],
  ])('tells an interface that has been closed from one that was never made: %s', async (_what, makeNic) => {
    const { network: networks, usocket: sockets } = createModules();
    const failures = async () => {
      const calls = [defer(() => of(sockets.socket())), sockets.getaddrinfo('localhost', 80)];
      const errors = await Promise.all(calls.map((call) => failureOf(call)));
      return errors.map(({ code, message }) => `${code} ${message}`);
    };
    const never = 'there is no network interface yet; make one with "await network.ESP8285(uart)"';
    expect(await failures()).toEqual([`ENODEV socket: ${never}`, `ENODEV getaddrinfo: ${never}`]);
    await (await makeNic(networks)).close();
    const closed = 'the network interface has been closed; make another one with "await network.ESP8285(uart)"';
    expect(await failures()).toEqual([`ENODEV socket: ${closed}`, `ENODEV getaddrinfo: ${closed}`]);
  });

  it('makes another interface the default one when the line of the first is lost', async () => {
    const emulator = createEmulator(quick);
    const { network: networks, usocket: sockets } = createModules();
    await using first = await networks.ESP8285(emulator.uart);
    emulator.fault({ kind: 'unplug' });
    await until(first.status$, ({ modem }) => modem === 'down');
    expect(await failureOf(sockets.getaddrinfo('localhost', 80))).toMatchObject({ code: 'ENODEV' });
    networks.Host();
    await using socket = sockets.socket();
    expect(await failureOf(socket.connect(['127.0.0.1', await unusedPort()]))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('has the error numbers by name', () => {
    expect(uerrno).toMatchObject({ EAGAIN: 11, ETIMEDOUT: 110, ECONNREFUSED: 111 });
  });
});
