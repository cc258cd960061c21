import { createServer, type Socket } from 'node:net';

import type { EmulatorOptions } from '../firmware/options';
import { bridge } from './bridge';
import { Emulator } from './emulator';

/** Options of {@link serveTcp}: those of the virtual modem, and the port. */
export interface ServeTcpOptions extends EmulatorOptions {
  /** The port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
}

/** A virtual modem that is served over TCP. */
export interface ServedTcp {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** The virtual modem, for its state and for faults. */
  readonly emulator: Emulator;
  /** Hangs up, and switches the modem off. Resolves when the port is free. Closing twice is not an error. */
  close(): Promise<void>;
}

/**
 * Serves a virtual modem's serial line as raw bytes over TCP, on loopback, as `ser2net` does for a real one. It has one
 * client at a time: it hangs up on a second one. The modem keeps running between clients, and its output is then lost.
 *
 *     const { port, close } = await serveTcp({ firmware: '1.7.4' });
 *     const uart = new machine.UART(`tcp://127.0.0.1:${port}`);
 *
 * @throws RangeError (rejection) for options out of range, Error with `EADDRINUSE` or the like when it cannot listen.
 */
export async function serveTcp({ port = 0, ...options }: ServeTcpOptions = {}): Promise<ServedTcp> {
  const emulator = new Emulator(options);
  let client: Socket | undefined;
  const server = createServer((socket) => {
    if (client !== undefined) {
      socket.destroy();
      return;
    }
    client = socket;
    socket.setNoDelay(true);
    const bridged = bridge(emulator, socket);
    socket.once('close', () => {
      bridged.unsubscribe();
      client = undefined;
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      emulator.close();
      client?.destroy();
      server.close(() => resolve());
    });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    emulator.close();
    throw error;
  }
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, emulator, close };
}
