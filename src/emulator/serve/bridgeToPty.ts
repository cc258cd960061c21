import { execFile } from 'node:child_process';
import type { ReadStream } from 'node:tty';
import { promisify } from 'node:util';

import { bridge, type BridgedLine } from './bridge';
import { linkDevice } from './linkDevice';

const run = promisify(execFile);

/** A line that is served as a pseudo-terminal. */
export interface PtyLine {
  /** The device to open, such as `/dev/pts/7`. */
  readonly path: string;
  /** Removes the device. The line itself stays open. Closing twice is not an error. */
  close(): Promise<void>;
}

/** The used part of `@lydell/node-pty`, which may not be installed. */
interface PtyModule {
  open(options: { encoding: null }): { master: ReadStream; slave: ReadStream; ptsName: string };
}

/**
 * Serves a line as a pseudo-terminal.
 *
 * @param link The path of a symbolic link to the device.
 * @throws Error (rejection) with `EEXIST` when `link` is taken, or another Error when there are no pseudo-terminals.
 */
export async function bridgeToPty(line: BridgedLine, link: string | undefined): Promise<PtyLine> {
  const pty = (await import('@lydell/node-pty')) as unknown as PtyModule;
  // Use only the two streams of the terminal. Its destroy() and kill() signal the process with the number of its child,
  // and a terminal that was opened without a child has -1 there, which means every process of the machine.
  const { master, slave, ptsName } = pty.open({ encoding: null });
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
  const bridged = bridge(line, master);
  const closed = Promise.all([master, slave].map((stream) => new Promise((resolve) => stream.once('close', resolve))));
  let forget = (): Promise<void> => Promise.resolve();
  const close = async (): Promise<void> => {
    await forget();
    bridged.unsubscribe();
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
  return { path: ptsName, close };
}

/** After Node's raw mode alone, a program that opens the device as it is would get line ends of two characters. */
async function makeRaw(path: string): Promise<void> {
  // Without this tool, the device works for programs that set it up themselves, as those for serial ports do.
  await run('stty', [process.platform === 'darwin' ? '-f' : '-F', path, 'raw', '-echo']).catch(() => undefined);
}
