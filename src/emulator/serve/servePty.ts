import type { Uart } from '../../streams';
import type { EmulatorOptions } from '../firmware/options';
import { lineOf } from './bridge';
import { bridgeToPty } from './bridgeToPty';
import { Emulator } from './emulator';
import { lineTo } from './lineTo';

/** Options of {@link servePty}: those of the virtual modem, and a name for the device. */
export interface ServePtyOptions extends EmulatorOptions {
  /**
   * The path of a symbolic link to the device, which is removed with the modem. Default: none. A link that an earlier run
   * has left there is replaced; for anything else {@link servePty} rejects with `EEXIST`.
   */
  readonly link?: string;
}

/** A virtual modem that is served as a pseudo-terminal. */
export interface ServedPty {
  /** The device to open, such as `/dev/pts/7`. */
  readonly path: string;
  /** The virtual modem, for its state and for faults. */
  readonly emulator: Emulator;
  /** Removes the device, and switches the modem off. Closing twice is not an error. */
  close(): Promise<void>;
}

/**
 * Serves a virtual modem as a pseudo-terminal, so that `serialport`, or any program that speaks AT, can open it like a
 * device. Linux and macOS, where the optional package `@lydell/node-pty` is installed.
 *
 * The modem keeps running when no program has the device open. Its output then waits for the next program in the
 * kernel's buffer of a few kilobytes. When that is full, the modem waits.
 *
 *     const { path, close } = await servePty({ link: '/tmp/modem' });
 *     const uart = new machine.UART(path, 115200);
 *
 * @throws RangeError (rejection) for options out of range, Error with `EEXIST` when `link` is taken, or another Error
 *   when this machine has no pseudo-terminals.
 */
export async function servePty({ link, ...options }: ServePtyOptions = {}): Promise<ServedPty> {
  // Before the terminal, because options that it refuses must not leave one open.
  const emulator = new Emulator(options);
  try {
    const served = await bridgeToPty(lineTo(emulator), link);
    return {
      path: served.path,
      emulator,
      close: async () => {
        await served.close();
        emulator.close();
      },
    };
  } catch (error) {
    emulator.close();
    throw error;
  }
}

/** The pseudo-terminal of a line, which is the caller's own: `close` ends the service, and not the line. */
export type ServedUartPty = Omit<ServedPty, 'emulator'>;

/**
 * Serves any line as a pseudo-terminal, to which another program then talks: a recorded line, a replayed one, or a line
 * over the network for a program that knows only devices. It is bridged in both directions, and stays open at the end.
 *
 *     const { path } = await serveUartOnPty(new machine.UART('tcp://192.168.1.7:3000'), { link: '/tmp/modem' });
 *
 * @throws Error (rejection) with `EEXIST` when `link` is taken, or another Error when this machine has no
 *   pseudo-terminals.
 */
export async function serveUartOnPty(uart: Uart, { link }: Pick<ServePtyOptions, 'link'> = {}): Promise<ServedUartPty> {
  return await bridgeToPty(lineOf(uart), link);
}
