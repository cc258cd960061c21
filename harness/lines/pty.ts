import * as nodePty from '@lydell/node-pty';
import { write as fsWrite } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { fromEvent, map, type Observable } from 'rxjs';

import { nextTurn } from '../time/turns';

const write = promisify(fsWrite);

/**
 * The safe part of what `open` of the package returns. Never call its `kill` or `destroy`: without a child process its pid
 * is -1, and `process.kill(-1)` signals every process of the machine.
 */
interface BarePty {
  readonly master: ReadStream;
  readonly slave: ReadStream;
  readonly fd: number;
  readonly ptsName: string;
}

const { open } = nodePty as unknown as { open: (options: { encoding: null }) => BarePty };

/** A pseudo-terminal. The serial port at `path` talks to the device at the other end. */
export interface Pty {
  /** The path of the terminal, `'/dev/pts/3'`. */
  readonly path: string;
  /** What the device receives. Hot. Bytes wait in the line until {@link Pty.listen} is called. */
  readonly heard$: Observable<Buffer>;
  /** Makes the device take bytes from the line from now on. */
  listen(): void;
  /** Sends bytes from the device. Resolves when the line has taken all of them. */
  say(bytes: Uint8Array): Promise<void>;
  /** Pulls the plug: the port at `path` hangs up. */
  unplug(): void;
  /** Releases everything. Call it at the end, also after {@link Pty.unplug}. */
  close(): void;
}

/** Opens a raw pseudo-terminal without an `encoding`, so that all 256 byte values pass unchanged. */
export function openPty(): Pty {
  const { master, slave, fd, ptsName } = open({ encoding: null });
  // The package lets both ends read from the next tick on. Its reader at the slave would take bytes away from the port.
  slave._read = () => undefined;
  master.pause();
  slave.setRawMode(true);
  // The slave stays open until the end, because a read of the master fails with EIO when nobody has the slave open. The
  // package's own listener throws when the line has an error.
  for (const end of [master, slave]) end.removeAllListeners('error').on('error', () => undefined);
  return {
    path: ptsName,
    heard$: fromEvent(master, 'data').pipe(map((chunk) => chunk as Buffer)),
    listen: () => void master.resume(),
    say: (bytes) => sayTo(fd, bytes),
    unplug: () => void master.destroy(),
    close: () => {
      master.destroy();
      slave.destroy();
    },
  };
}

/** Writes without `master.write`, which blocks the process while the line is full: libuv retries writes to terminals. */
async function sayTo(fd: number, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    try {
      from += (await write(fd, bytes, from)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await nextTurn();
    }
  }
}
