import * as nodePty from '@lydell/node-pty';
import { write as fsWrite } from 'node:fs';
import { promisify } from 'node:util';
import { fromEvent, map, type Observable } from 'rxjs';

import { openPseudoTerminal, type PtyModule } from '../../src/emulator/serve/pseudoTerminal';
import { nextTurn } from '../time/turns';

const write = promisify(fsWrite);

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

/** Opens a raw pseudo-terminal, through which all 256 byte values pass unchanged. */
export function openPty(): Pty {
  const terminal = openPseudoTerminal(nodePty as unknown as PtyModule);
  const { path, master, fd } = terminal;
  master.pause();
  return {
    path,
    heard$: fromEvent(master, 'data').pipe(map((chunk) => chunk as Buffer)),
    listen: () => void master.resume(),
    say: (bytes) => sayTo(fd, bytes),
    unplug: () => void master.destroy(),
    close: () => {
      terminal.close();
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
