import { closeSync, constants, fstatSync, openSync, readdirSync, type Stats, statSync } from 'node:fs';
import type { ReadStream } from 'node:tty';

/** The used part of `@lydell/node-pty`, which may not be installed. */
export interface PtyModule {
  open(options: { encoding: null }): {
    readonly master: ReadStream;
    readonly slave: ReadStream;
    readonly fd: number;
    readonly ptsName: string;
  };
}

/** An open pseudo-terminal in raw mode. */
export interface PseudoTerminal {
  /** The device that another program opens, such as `/dev/pts/7`. */
  readonly path: string;
  /** The other end. It reads from the next turn of the event loop on, unless it is paused. */
  readonly master: ReadStream;
  /** The file descriptor of the master. */
  readonly fd: number;
  /** Hangs up, and removes the device. Closing twice is not an error. */
  close(): void;
}

/**
 * Opens a pseudo-terminal, without an encoding, so that all 256 byte values pass unchanged. Of what the package returns, only the
 * streams are used. Its `destroy` and `kill` would signal the process with the number of the terminal's child. Without a child
 * that is -1, which means every process of the machine.
 */
export function openPseudoTerminal(pty: PtyModule): PseudoTerminal {
  const { master, slave, fd, ptsName: path } = pty.open({ encoding: null });
  // The library throws an error that has no other listener.
  master.removeAllListeners('error').on('error', () => undefined);
  let holder: number;
  try {
    // Somebody has to have the slave open all the time, because a read of the master fails with EIO otherwise. A stream would take
    // bytes away from the program that they are for. Nor must a terminal become the one that controls this process.
    holder = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    slave.destroy();
    // Node.js has opened the slave anew for that stream (`uv_tty_init` of libuv), and nobody closes the descriptor of the package.
    closeAll(path, holder);
    // The two ends have one mode.
    master.setRawMode(true);
  } catch (error) {
    // The slave comes first, because reading the folder takes a descriptor, and there may be no other; and the master last,
    // because the device is gone without it.
    slave.destroy();
    closeAll(path);
    master.destroy();
    throw error;
  }
  let isClosed = false;
  return {
    path,
    master,
    fd,
    close: () => {
      if (isClosed) return;
      isClosed = true;
      master.destroy();
      closeSync(holder);
    },
  };
}

/** Closes the file descriptors of this process that have a device open, but one. */
function closeAll(path: string, kept?: number): void {
  for (const left of descriptorsOf(path)) if (left !== kept) closeSync(left);
}

/** The file descriptors of this process that have a file open. */
function descriptorsOf(path: string): readonly number[] {
  const wanted = statSync(path);
  return readdirSync('/dev/fd')
    .map(Number)
    .filter((fd) => isOpenAs(fd, wanted));
}

/**
 * Not only the number of the device is compared. The terminals of a container have the same numbers as those of its host,
 * and this process may have one of these open.
 */
function isOpenAs(fd: number, { dev, ino, rdev }: Stats): boolean {
  try {
    const found = fstatSync(fd);
    return found.dev === dev && found.ino === ino && found.rdev === rdev;
  } catch {
    // The descriptor with which the folder was read.
    return false;
  }
}
