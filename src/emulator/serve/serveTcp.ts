import type { Uart } from '../../streams';
import type { EmulatorOptions } from '../firmware/options';
import { lineOf } from './bridge';
import { bridgeToTcp } from './bridgeToTcp';
import { Emulator } from './emulator';
import { lineTo } from './lineTo';

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
  try {
    const served = await bridgeToTcp(lineTo(emulator), port);
    return {
      port: served.port,
      emulator,
      close: async () => {
        emulator.close();
        await served.close();
      },
    };
  } catch (error) {
    emulator.close();
    throw error;
  }
}

/** The TCP port of a line, which is the caller's own: `close` ends the service, and not the line. */
export type ServedUartTcp = Omit<ServedTcp, 'emulator'>;

/**
 * Serves any line as raw bytes over TCP, on loopback, to one program at a time, as {@link serveTcp} does. It is bridged in
 * both directions, and stays open at the end.
 *
 * @throws Error (rejection) with `EADDRINUSE` or the like when it cannot listen.
 */
export async function serveUartOnTcp(
  uart: Uart,
  { port = 0 }: Pick<ServeTcpOptions, 'port'> = {},
): Promise<ServedUartTcp> {
  return await bridgeToTcp(lineOf(uart), port);
}
