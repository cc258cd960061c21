import { execFile } from 'node:child_process';
import type { ReadStream } from 'node:tty';
import { promisify } from 'node:util';

import type { EmulatorOptions } from '../firmware/options';
import { bridge } from './bridge';
import { Emulator } from './emulator';
import { linkDevice } from './linkDevice';

const run = promisify(execFile);

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

/** The used part of `@lydell/node-pty`, which may not be installed. */
interface PtyModule {
  open(options: { encoding: null }): { master: ReadStream; slave: ReadStream; ptsName: string };
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
  const pty = (await import('@lydell/node-pty')) as unknown as PtyModule;
  // Before the terminal, because options that it refuses must not leave one open.
  const emulator = new Emulator(options);
  // Use only the two streams of the terminal. Its destroy() and kill() signal the process with the number of its child,
  // and a terminal that was opened without a child has -1 there, which means every process of the machine.
  const { master, slave, ptsName } = openOrClose(pty, emulator);
  // open() has told the slave to read from the next turn on, which would take bytes from the program that they are for.
  // Pausing it would still let one read through.
  slave._read = () => undefined;
  slave.pause();
  slave.setRawMode(true);
  await makeRaw(ptsName);
  for (const stream of [master, slave]) {
    // The library throws an error that has no other listener.
    stream.removeAllListeners('error');
    stream.on('error', () => undefined);
  }
  // The slave stays open here, because reading the master fails with EIO when the last user closes the slave.
  const bridged = bridge(emulator, master);
  const closed = Promise.all([master, slave].map((stream) => new Promise((resolve) => stream.once('close', resolve))));
  let forget = (): Promise<void> => Promise.resolve();
  const close = async (): Promise<void> => {
    await forget();
    bridged.unsubscribe();
    emulator.close();
    master.destroy();
    slave.destroy();
    await closed;
  };
  if (link !== undefined) {
    try {
      forget = await linkDevice(link, ptsName);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return { path: ptsName, emulator, close };
}

function openOrClose(pty: PtyModule, emulator: Emulator): ReturnType<PtyModule['open']> {
  try {
    return pty.open({ encoding: null });
  } catch (error) {
    emulator.close();
    throw error;
  }
}

/** After Node's raw mode alone, a program that opens the device as it is would get line ends of two characters. */
async function makeRaw(path: string): Promise<void> {
  // Without this tool, the device works for programs that set it up themselves, as those for serial ports do.
  await run('stty', [process.platform === 'darwin' ? '-f' : '-F', path, 'raw', '-echo']).catch(() => undefined);
}
