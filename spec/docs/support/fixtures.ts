/**
 * The fixtures for the rows of the porting guide. This file is copied into a user's project, beside the program of the rows,
 * so it imports the package by its name.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

import {
  type Address,
  type DatagramSocket,
  type ESP8285,
  machine,
  network,
  type Socket,
  type UART,
  usocket,
} from 'rx-usocket';

interface Closing {
  readonly close: () => Promise<void>;
}

interface ForSocket<S> extends Closing {
  readonly sock: S;
  readonly addr: Address;
  readonly b: Buffer;
  readonly buf: Buffer;
}

interface ForUart extends Closing {
  readonly uart: UART;
}

interface ForNic extends ForUart {
  readonly nic: ESP8285;
}

interface Fixtures {
  readonly fresh: ForSocket<Socket>;
  readonly talking: ForSocket<Socket>;
  readonly listening: ForSocket<Socket>;
  readonly server: ForSocket<Socket>;
  readonly datagrams: ForSocket<DatagramSocket>;
  readonly nic: ForNic;
  readonly uart: ForUart;
}

/** The line of the modem. Without it, the rows run on the operating system's sockets. */
const line = process.env['LINE'];
const where = JSON.parse(process.env['ADDRESSES'] ?? '{}') as Readonly<
  Record<'talking' | 'listening' | 'udp', Address>
>;
let modem: ESP8285 | undefined;

async function startModem(port: string): Promise<ESP8285> {
  modem ??= await network.ESP8285(new machine.UART(port));
  if (!modem.isconnected()) await modem.connect('my-ssid', 'my-password');
  return modem;
}

const make: { readonly [K in keyof Fixtures]: () => Promise<Fixtures[K]> } = {
  fresh: () => Promise.resolve(forSocket(usocket.socket(), where.listening)),
  talking: () => connected(where.talking),
  listening: () => connected(where.listening),
  server: () => {
    const { close, ...things } = forSocket(usocket.socket(), where.listening);
    const over = new AbortController();
    const knocking = knock(Number(process.env['PORT']), over.signal);
    return Promise.resolve({
      ...things,
      close: async () => {
        over.abort();
        await knocking;
        await close();
      },
    });
  },
  datagrams: () => Promise.resolve(forSocket(usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM), where.udp)),
  nic: async () => {
    if (line === undefined) throw new Error('there is no modem');
    const uart = new machine.UART('emulator:', 115_200, { emulator: { latency: 0 } });
    return { nic: await startModem(line), uart, close: () => uart.close() };
  },
  uart: async () => {
    const uart = new machine.UART('emulator:', 115_200, { timeout: 100, emulator: { latency: 0 } });
    await uart.write('AT\r\n');
    return { uart, close: () => uart.close() };
  },
};

function forSocket<S extends Socket | DatagramSocket>(sock: S, addr: Address) {
  return { sock, addr, b: Buffer.from('some bytes'), buf: Buffer.alloc(4), close: () => sock.close() };
}

async function connected(addr: Address) {
  const sock = usocket.socket();
  await sock.connect(addr);
  return forSocket(sock, addr);
}

/** Connects to a port of this machine as soon as somebody listens there. */
async function knock(port: number, over: AbortSignal): Promise<void> {
  const told = once(over, 'abort');
  while (!over.aborted) {
    const client = connect(port, '127.0.0.1');
    try {
      await once(client, 'connect', { signal: over });
      await told;
    } catch {
      // Nobody listens yet.
    } finally {
      client.destroy();
    }
  }
}

/** Runs a row with its fixtures. If it fails, the error names the row. */
export async function use<K extends keyof Fixtures>(
  kind: K,
  row: string,
  run: (things: Fixtures[K]) => Promise<void>,
): Promise<void> {
  if (line === undefined) network.Host();
  else await startModem(line);
  const things = await make[kind]();
  try {
    await run(things);
    console.log(`ran ${row}`);
  } catch (cause) {
    throw new Error(`the row of ${row} fails`, { cause });
  } finally {
    await things.close();
  }
}

export async function done(): Promise<void> {
  await modem?.close();
}
