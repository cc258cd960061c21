import * as nodePty from '@lydell/node-pty';
import { write as fsWrite } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { fromEvent, map, type Observable } from 'rxjs';

import { nextTurn } from '../time/turns';

const write = promisify(fsWrite);

/**
 * What `open` of the package returns, as far as it is safe to touch. Never call its `kill` or `destroy`: with no child
 * process its pid is -1, and `process.kill(-1)` signals every process of the machine.
 */
interface BarePty {
  readonly master: ReadStream;
  readonly slave: ReadStream;
  readonly fd: number;
  readonly ptsName: string;
}

const { open } = nodePty as unknown as { open: (options: { encoding: null }) => BarePty };

/** A pseudo-terminal: what is opened at `path` as a serial port talks to the device at the other end. */
export interface Pty {
  /** The path of the terminal, `'/dev/pts/3'`. */
  readonly path: string;
  /** What the device hears. Hot; bytes wait in the line until {@link Pty.listen}. */
  readonly heard$: Observable<Buffer>;
  /** Has the device take bytes from the line, for the rest of its life. */
  listen(): void;
  /** The device speaks; resolves when the line has taken all of it. */
  say(bytes: Uint8Array): Promise<void>;
  /** Pulls the plug: the port at `path` is hung up. */
  unplug(): void;
  /** Gives everything back. Call it at the end, unplugged or not. */
  close(): void;
}

/** Opens a raw pseudo-terminal, `encoding` none: all 256 values pass as they are. */
export function openPty(): Pty {
  const { master, slave, fd, ptsName } = open({ encoding: null });
  // The package has both ends reading from the next tick on. Ours at the slave would take bytes away from the port.
  slave._read = () => undefined;
  master.pause();
  slave.setRawMode(true);
  // The slave stays open until the end: with nobody at it, a read of the master fails with EIO. The package's own
  // listener fails on an error of the line.
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

/** `master.write` would stop the whole process while the line is full: libuv tries a terminal again and again. */
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
