import { defer, type Observable } from 'rxjs';

import { Inspectable, type Pollable, type Readiness, type Shown } from '../../streams';
import type { Sendable } from '../calls/call';
import { callError } from '../contract/osError';
import type { SocketStreams } from './socketStreams';

/** What a file of a socket is for. There are no text modes, as in the socket document. */
export type FileMode = 'rb' | 'wb' | 'rwb';

const modes: readonly unknown[] = ['rb', 'wb', 'rwb'] satisfies FileMode[];

/**
 * The file of a socket as observables: the cold form of each method. It holds no bytes of its own, so the socket can be
 * used beside it, and its time-out counts here, too.
 *
 * Reading what was made for writing, and the other way round, fails with `EBADF`, as `read(2)` and `write(2)` do with a
 * descriptor that is not open for that. The methods without `$` are in `SocketFile`.
 */
export class SocketFileStreams extends Inspectable implements Pollable {
  /** What could be done with the socket without waiting, whatever the mode; replays the current state. */
  readonly readiness$: Observable<Readiness>;
  /** Every line from the peer, with its newline, until it closes. See {@link SocketStreams.lines$}. */
  readonly lines$: Observable<Buffer>;

  /** Throws `EINVAL` for a mode that there is not. */
  constructor(
    private readonly socket: SocketStreams,
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

  /** See {@link SocketStreams.read$}. */
  read$(size?: number | null): Observable<Buffer | null> {
    return this.opened('r', 'read', () => this.socket.read$(size));
  }

  /** See {@link SocketStreams.readinto$}. */
  readinto$(target: Uint8Array, size?: number | null): Observable<number | null> {
    return this.opened('r', 'readinto', () => this.socket.readinto$(target, size));
  }

  /** See {@link SocketStreams.readline$}. */
  readline$(size?: number | null): Observable<Buffer | null> {
    return this.opened('r', 'readline', () => this.socket.readline$(size));
  }

  /** See {@link SocketStreams.write$}. */
  write$(data: Sendable): Observable<number | null> {
    return this.opened('w', 'write', () => this.socket.write$(data));
  }

  /** Closes the socket, too. See {@link SocketStreams.close$}. */
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
