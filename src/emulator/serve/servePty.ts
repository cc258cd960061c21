import { execFile } from 'node:child_process';
import type { ReadStream } from 'node:tty';
import { promisify } from 'node:util';

import { carry } from './bridge';
import { linkDevice } from './linkDevice';
import { Emulator } from './emulator';
import type { EmulatorOptions } from '../firmware/options';

const run = promisify(execFile);

export interface ServePtyOptions extends EmulatorOptions {
  /**
   * A path under which the device is to be found too, by a symbolic link that goes with the modem. One that an ended run
   * has left there is replaced; anything else is not, and the rejection is `EEXIST`.
   */
  readonly link?: string;
}

export interface ServedPty {
  /** The device to open, such as `/dev/pts/7`. */
  readonly path: string;
  readonly emulator: Emulator;
  /** Takes the device away and switches the modem off. Twice is no error. */
  close(): Promise<void>;
}

/** What we use of `@lydell/node-pty`, which may not be installed. */
interface PtyModule {
  open(options: { encoding: null }): { master: ReadStream; slave: ReadStream; ptsName: string };
}

/**
 * Serves a virtual modem as a pseudo-terminal, so that `serialport`, or any program that speaks AT, can open it like a
 * device. Linux and macOS, where the optional package `@lydell/node-pty` is installed.
 *
 * The modem goes on when nobody has the device open, and what it says then waits for the next program in the kernel's
 * buffer, a few kilobytes; beyond that the modem waits.
 *
 * @throws RangeError (rejection) for options out of range, another Error when there are no pseudo-terminals here.
 */
export async function servePty({ link, ...options }: ServePtyOptions = {}): Promise<ServedPty> {
  const pty = (await import('@lydell/node-pty')) as unknown as PtyModule;
  // Before the terminal: options that it refuses must not leave one open.
  const emulator = new Emulator(options);
  // Only the two streams of the terminal are ever used. Its own destroy() and kill() signal the process with the number
  // of its child; one that was opened without a child has -1 there, and that means every process of the machine.
  const { master, slave, ptsName } = openOrClose(pty, emulator);
  // open() has told the slave to read from the next turn on, which would take bytes away from the program that they are
  // for; pausing it would still let one read through.
  slave._read = () => undefined;
  slave.pause();
  slave.setRawMode(true);
  await makeRaw(ptsName);
  for (const stream of [master, slave]) {
    // The library throws errors that nobody else listens for.
    stream.removeAllListeners('error');
    stream.on('error', () => undefined);
  }
  // The slave stays open here: when its last user closes it, reading the master fails with EIO.
  const carrier = carry(emulator, master);
  const closed = Promise.all([master, slave].map((stream) => new Promise((resolve) => stream.once('close', resolve))));
  let forget = (): Promise<void> => Promise.resolve();
  const close = async (): Promise<void> => {
    await forget();
    carrier.unsubscribe();
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

/** Node's raw mode still turns line ends into two characters, for a program that opens the device as it is. */
async function makeRaw(path: string): Promise<void> {
  // Where there is no such tool, a program that sets the device up itself, as a serial port's does, will do as well.
  await run('stty', [process.platform === 'darwin' ? '-f' : '-F', path, 'raw', '-echo']).catch(() => undefined);
}
