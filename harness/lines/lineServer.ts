import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator';
import { TelnetPeer } from './telnetPeer';

/** The code of SET-BAUDRATE, in RFC 2217. */
const setBaudRate = 1;

/** A serial server with a virtual modem behind it. The modem keeps running while the server is stopped. */
export interface LineServer extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly port: number;
  /** The speeds that clients of RFC 2217 have asked for, in their order. */
  readonly asked: readonly number[];
  /** Stops listening, and ends all connections with a FIN or with a RST. */
  stop(how: 'end' | 'reset'): void;
  /** Listens again on the same port. */
  start(): Promise<void>;
}

/**
 * Starts a serial server, either raw or of RFC 2217, whose port then has the speed that the client sets: at another speed
 * than the modem's, each side reads noise. One kind has the known fault that it does not double the byte 255 in what it
 * sends. Dispose of it with `await using`.
 *
 * @param fastest The highest speed that the port can have.
 */
export async function lineServer(
  kind: 'tcp' | 'rfc2217' | 'rfc2217, not doubling',
  options: EmulatorOptions,
  fastest = Infinity,
): Promise<LineServer> {
  const emulator = createEmulator(options);
  const clients = new Set<Socket>();
  const asked: number[] = [];
  let sending: ((bytes: Uint8Array) => void) | undefined;
  emulator.uart.rx$.subscribe({ next: (bytes) => sending?.(bytes), error: () => undefined });
  const serve = (socket: Socket): void => {
    clients.add(socket);
    socket.on('error', () => undefined).once('close', () => clients.delete(socket));
    const confirm = (code: number, value: readonly number[]): readonly number[] => {
      if (code !== setBaudRate) return value;
      const baud = Buffer.from(value).readUInt32BE();
      asked.push(baud);
      if (baud > fastest) return bytesOf(emulator.uart.baudRate);
      // What came before leaves at the old speed.
      pass(peer?.data.splice(0));
      emulator.uart.setBaudRate(baud).subscribe({ error: () => undefined });
      return value;
    };
    const peer = kind === 'tcp' ? undefined : new TelnetPeer(socket, { confirm });
    const send = (bytes: Uint8Array): void => {
      if (peer && kind === 'rfc2217') peer.send(bytes);
      else socket.write(bytes);
    };
    sending = send;
    const pass = (bytes: Iterable<number> = []): void => {
      const heard = Buffer.from([...bytes]);
      if (sending === send && heard.length > 0) emulator.uart.write(heard).subscribe({ error: () => undefined });
    };
    socket.on('data', (bytes: Buffer) => {
      pass(peer ? peer.data.splice(0) : bytes);
    });
  };
  const open = async (at: number) => {
    const opened = createServer(serve).listen(at, '127.0.0.1');
    await once(opened, 'listening');
    return opened;
  };
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  return {
    emulator,
    port,
    asked,
    stop(how) {
      sending = undefined;
      server.close();
      for (const socket of clients) {
        if (how === 'end') socket.destroySoon();
        else socket.resetAndDestroy();
      }
    },
    async start() {
      server = await open(port);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of clients) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
      emulator.close();
    },
  };
}

function bytesOf(baud: number): readonly number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(baud);
  return [...bytes];
}
