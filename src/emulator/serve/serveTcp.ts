import { createServer, type Socket } from 'node:net';

import { Emulator } from './emulator';
import { carry } from './bridge';
import type { EmulatorOptions } from '../firmware/options';

export interface ServeTcpOptions extends EmulatorOptions {
  /** Port on 127.0.0.1; 0 or left out: any free one. */
  readonly port?: number;
}

export interface ServedTcp {
  readonly port: number;
  readonly emulator: Emulator;
  /** Hangs up and switches the modem off. Twice is no error. */
  close(): Promise<void>;
}

/**
 * Serves a virtual modem's serial line as raw bytes over TCP, on loopback, as `ser2net` would a real one's. One client at
 * a time: a second is hung up on. The modem goes on between clients; what it says then is lost.
 *
 * @throws Error (rejection) with `EADDRINUSE` or the like when it cannot listen.
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
    const carrier = carry(emulator, socket);
    socket.once('close', () => {
      carrier.unsubscribe();
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
