import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { bridge, type BridgedLine } from './bridge';
import { linkDevice } from './linkDevice';
import { openPseudoTerminal, type PtyModule } from './pseudoTerminal';

const run = promisify(execFile);

/** A line that is served as a pseudo-terminal. */
export interface PtyLine {
  /** The device to open, such as `/dev/pts/7`. */
  readonly path: string;
  /** Removes the device. The line itself stays open. Closing twice is not an error. */
  close(): Promise<void>;
}

/**
 * Serves a line as a pseudo-terminal.
 *
 * @param link The path of a symbolic link to the device.
 * @throws Error (rejection) with `EEXIST` when `link` is taken, or another Error when there are no pseudo-terminals.
 */
export async function bridgeToPty(line: BridgedLine, link: string | undefined): Promise<PtyLine> {
  const terminal = openPseudoTerminal((await import('@lydell/node-pty')) as unknown as PtyModule);
  const { path, master } = terminal;
  await makeRaw(path);
  const bridged = bridge(line, master);
  const closed = new Promise((resolve) => master.once('close', resolve));
  let forget = (): Promise<void> => Promise.resolve();
  const close = async (): Promise<void> => {
    await forget();
    bridged.unsubscribe();
    terminal.close();
    await closed;
  };
  if (link !== undefined) {
    try {
      forget = await linkDevice(link, path);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return { path, close };
}

/** After Node's raw mode alone, a program that opens the device as it is would get line ends of two characters. */
async function makeRaw(path: string): Promise<void> {
  // Without this tool, the device works for programs that set it up themselves, as those for serial ports do.
  await run('stty', [process.platform === 'darwin' ? '-f' : '-F', path, 'raw', '-echo']).catch(() => undefined);
}
