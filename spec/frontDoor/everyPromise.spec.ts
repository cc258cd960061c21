import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  type DatagramSocket,
  machine,
  network,
  type Poll,
  type Socket,
  type SocketFile,
  type UART,
  uselect,
  usocket,
} from '../../src';
import { createEmulator, type Emulator } from '../../src/emulator';
import { ESP8285 } from '../../src/esp8285';

/** The arguments of each method of a class that gives a promise; what gives none is listed as `null`. */
type Calls = Readonly<Record<string, readonly unknown[] | null>>;

const address = ['127.0.0.1', 9] as const;
const { SOL_SOCKET, SO_REUSEADDR } = usocket;

const ofSocket: Calls = {
  connect: [address],
  bind: [address],
  listen: [1],
  accept: [],
  send: ['text'],
  sendall: ['text'],
  write: ['text'],
  recv: [1],
  recvfrom: [1],
  sendto: ['text', address],
  setsockopt: [SOL_SOCKET, SO_REUSEADDR, 1],
  read: [1],
  readinto: [Buffer.alloc(1)],
  readline: [],
  close: [],
};

const ofFile: Calls = { read: [], readinto: [Buffer.alloc(1)], readline: [], write: ['text'], close: [] };

const ofPoll: Calls = { poll: [0], ipoll: [0] };

const ofModem: Calls = {
  start: [],
  connect: ['my-ssid', 'my-password'],
  disconnect: [],
  enable_ap: ['board', 'a-good-key'],
  disable_ap: [],
  ifconfig: [],
  hostname: ['board'],
  mac: [],
  time: [],
  reset: [],
  scan: [],
  set_baud: [921_600],
  rssi: [],
  ping: ['127.0.0.1'],
  version: [],
  close: [],
};

const ofHost: Calls = {
  resolve: null,
  openStream: null,
  checkSettings: null,
  openDatagram: null,
  listen: null,
  isconnected: null,
  ifconfig: [],
  close: [],
};

const ofUart: Calls = {
  any: null,
  read: [],
  readinto: [Buffer.alloc(1)],
  readline: [],
  write: ['AT\r\n'],
  close: [],
  deinit: [],
};

describe('every method that gives a promise', () => {
  const emulator: Emulator = createEmulator({ firmware: '1.7.4', latency: 0.01 });
  const reason = new Error('given up before it began');
  const signal = AbortSignal.abort(reason);
  let socket: Socket;
  let datagrams: DatagramSocket;
  let file: SocketFile;
  let poller: Poll;
  let uart: UART;
  const modem = new ESP8285(emulator.uart);
  const host = network.Host();

  beforeAll(() => {
    socket = usocket.socket();
    datagrams = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    file = socket.makefile('rwb');
    poller = uselect.poll();
    uart = new machine.UART('emulator:', 115_200);
  });

  afterAll(async () => {
    await Promise.all([socket.close(), datagrams.close(), uart.close()]);
    emulator.close();
  });

  it.each<[string, string, () => object, Calls]>([
    ['Socket', 'usocket/stream/socket.ts', () => socket, { ...ofSocket, makefile: null }],
    ['DatagramSocket', 'usocket/datagram/datagramSocket.ts', () => datagrams, ofSocket],
    ['SocketFile', 'usocket/stream/socketFile.ts', () => file, ofFile],
    ['Poll', 'usocket/select/uselect.ts', () => poller, ofPoll],
    ['ESP8285', 'esp8285/esp8285.ts', () => modem, ofModem],
    ['HostNic', 'host/hostNic.ts', () => host, ofHost],
    ['UART', 'machine.ts', () => uart, ofUart],
  ])(
    'of %s rejects with the reason of a signal that is aborted already, and begins nothing',
    async (_, file, of, calls) => {
      const target = of() as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const source = readFileSync(join(__dirname, '../../src', file), 'utf8');
      const isPrivate = (name: string) => new RegExp(`(private|protected) [\\w ]*\\b${name}\\b`).test(source);
      const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).filter(
        (name) => !/^constructor$|\$$/.test(name) && typeof target[name] === 'function' && !isPrivate(name),
      );
      expect(methods.sort()).toEqual(Object.keys(calls).sort());
      for (const [name, args] of Object.entries(calls)) {
        if (args === null) continue;
        await expect(target[name]!(...args, { signal })).rejects.toBe(reason);
      }
    },
  );

  it('of the modules, too', async () => {
    const late = AbortSignal.abort(reason);
    await expect(usocket.getaddrinfo('localhost', 80, { signal: late })).rejects.toBe(reason);
    await expect(usocket.getaddrinfo('localhost', 80, 0, 0, 0, 0, { nic: host, signal: late })).rejects.toBe(reason);
    await expect(uselect.select([], [], [], { signal: late })).rejects.toBe(reason);
    await expect(uselect.select([], [], [], 5, { signal: late })).rejects.toBe(reason);
    await expect(network.ESP8285(emulator.uart, { signal: late })).rejects.toBe(reason);
    await expect(ESP8285.start(emulator.uart, { signal: late })).rejects.toBe(reason);
    // The line is free for another interface.
    const nic = await network.ESP8285(emulator.uart);
    await nic.close();
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { signal: lasting } = new AbortController();
    await usocket.getaddrinfo('127.0.0.1', 80, { signal: lasting });
    await uselect.select([], [], [], 0, { signal: lasting });
    await poller.poll(0, { signal: lasting });
    await expect(socket.recv(1, { signal: lasting })).rejects.toMatchObject({ code: 'ENOTCONN' });
    expect(getEventListeners(lasting, 'abort')).toEqual([]);
  });
});
