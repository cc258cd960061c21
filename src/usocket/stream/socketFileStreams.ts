import { defer, type Observable } from 'rxjs';

import { Inspectable, type Pollable, type Readiness, type Shown } from '../../streams';
import type { Sendable } from '../calls/call';
import { callError } from '../contract/osError';
import type { SocketStreams } from './socketStreams';

/** What a file of a socket is made for: reading, writing, or both. There are no text files, as in the socket document. */
export type FileMode = 'rb' | 'wb' | 'rwb';

const modes: readonly unknown[] = ['rb', 'wb', 'rwb'] satisfies FileMode[];

/**
 * The file of a socket as observables: the cold form of each method. It holds no bytes, so the socket can be used beside
 * it, and the time-out of the socket counts here, too.
 *
 * Reading a file that was made for writing fails with `EBADF`, and so does writing to a file that was made for reading, as
 * `read(2)` and `write(2)` do. The methods without `$` are in `SocketFile`.
 */
export class SocketFileStreams extends Inspectable implements Pollable {
  /** What could be done with the socket without waiting, whatever the mode. Replays the current state. */
  readonly readiness$: Observable<Readiness>;
  /**
   * Every line from the peer, with its newline, until the peer closes. Cold: a subscription is one long read, and other
   * reads wait until it ends.
   */
  readonly lines$: Observable<Buffer>;

  constructor(
    private readonly socket: SocketStreams,
    /** What the file was made for. */
    readonly mode: FileMode,
  ) {
    super();
    if (!modes.includes(mode)) {
      const reason = `a mode is 'rb', 'wb' or 'rwb', not ${JSON.stringify(mode)}; there are no text files`;
      throw callError('makefile', 'EINVAL', reason);
    }
    this.readiness$ = socket.readiness$;
    this.lines$ = this.opened('r', 'readline', () => socket.lines$);
  }

  /**
   * Emits exactly `size` bytes, or fewer when the peer closes before; without a size all bytes until then. Non-blocking:
   * emits the bytes that are there, or `null`.
   */
  read$(size?: number | null): Observable<Buffer | null> {
    return this.opened('r', 'read', () => this.socket.read$(size));
  }

  /** Reads as {@link read$} does, but into `target`, and emits the number of bytes stored, or `null`. */
  readinto$(target: Uint8Array, size?: number | null): Observable<number | null> {
    return this.opened('r', 'readinto', () => this.socket.readinto$(target, size));
  }

  /**
   * Emits a line with its newline, at most `size` bytes of it, or what is left when the peer closes. Non-blocking: emits what
   * has come of the line, or `null`.
   */
  readline$(size?: number | null): Observable<Buffer | null> {
    return this.opened('r', 'readline', () => this.socket.readline$(size));
  }

  /**
   * Sends all bytes, and emits their number. Non-blocking: emits how many the send buffer had room for, or `null` when it
   * had none.
   */
  write$(data: Sendable): Observable<number | null> {
    return this.opened('w', 'write', () => this.socket.write$(data));
  }

  /** Closes the file and its socket, and emits once when the interface has released it. */
  close$(): Observable<void> {
    return this.socket.close$();
  }

  /** `<file mode=rb socket=<socket state=connected …>>` */
  protected override shown(): readonly [string, Shown] {
    return ['file', { mode: this.mode, socket: this.socket }];
  }

  private opened<T>(way: 'r' | 'w', name: string, operation: () => Observable<T>): Observable<T> {
    return defer(() => {
      if (this.mode.includes(way)) return operation();
      const purpose = way === 'r' ? 'reading' : 'writing';
      throw callError(name, 'EBADF', `the file was made with the mode '${this.mode}', and is not open for ${purpose}`);
    });
  }
}
