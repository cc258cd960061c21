import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { defer, EMPTY, merge, Observable, ReplaySubject, type SchedulerLike, takeUntil } from 'rxjs';

import { runOnce } from '../streams';
import { closeSocket } from '../system/closeSocket';
import { systemError } from '../system/systemError';
import type { CloseOptions, Endpoint, StreamLink, StreamSettings } from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import type { OpenLinks } from './openLinks';
import { takeByRoom } from './takeByRoom';

/** What a {@link HostLink} needs from its interface. */
export interface HostLinkOptions {
  /** How long `close` waits until the rest has been sent and the peer has ended its side, in milliseconds. */
  readonly linger: number;
  /** The scheduler of `linger`. */
  readonly scheduler: SchedulerLike;
  /** The open links of the interface. They end when it is closed. */
  readonly links: OpenLinks;
}

/**
 * A connected Node.js socket, encrypted or not, as a {@link StreamLink}. The socket has to be opened with `allowHalfOpen`:
 * the peer's EOF completes `receive` and leaves `send` open.
 */
export class HostLink implements StreamLink {
  /** Small, so that few bytes are still on their way when a send is given up. */
  readonly maxSend = 64 * 1024;
  readonly halfCloses = true;

  private readonly closing = new ReplaySubject<void>(1);
  private readonly closed$: Observable<never>;
  private isReset = false;

  constructor(
    readonly remote: Endpoint,
    private readonly socket: Socket,
    private readonly options: HostLinkOptions,
  ) {
    // Without a listener, an 'error' event ends the process. `socket.errored` keeps the error for later calls.
    socket.on('error', () => undefined);
    this.closed$ = defer(() => this.end()).pipe(runOnce());
  }

  get local(): Endpoint {
    return { address: this.socket.localAddress ?? '0.0.0.0', port: this.socket.localPort ?? 0 };
  }

  ref(isReferenced: boolean): void {
    if (isReferenced) this.socket.ref();
    else this.socket.unref();
  }

  receive(room$: Observable<number>): Observable<Buffer> {
    const received$ = takeByRoom(this.socket, room$, (cause) => this.failure('recv', 'receive from', cause));
    return received$.pipe(takeUntil(merge(this.closing, this.options.links.closed$)));
  }

  /** The operating system does not tell what the peer has acknowledged. */
  send(bytes: Uint8Array): Observable<void> {
    return new Observable<void>((subscriber) => {
      const { socket } = this;
      const fail = (cause?: Error | null): void => subscriber.error(this.sendFailure(socket.errored ?? cause));
      const gone = (): void => fail();
      // Node.js destroys a socket that is written to after its end.
      if (!socket.writable) {
        fail();
        return undefined;
      }
      socket.once('close', gone);
      socket.write(bytes, (cause) => {
        // When a socket is destroyed, Node.js 20 calls back for its pending writes without an error.
        if (cause || socket.destroyed) {
          fail(cause);
        } else {
          subscriber.next();
          subscriber.complete();
        }
      });
      return () => void socket.off('close', gone);
    }).pipe(takeUntil(this.options.links.closed$));
  }

  configure({ keepAlive, noDelay }: StreamSettings): Observable<never> {
    return defer(() => {
      if (keepAlive !== undefined) this.socket.setKeepAlive(keepAlive > 0, keepAlive * 1000);
      if (noDelay !== undefined) this.socket.setNoDelay(noDelay);
      return EMPTY;
    });
  }

  close({ reset = false }: CloseOptions = {}): Observable<never> {
    return defer(() => {
      this.isReset ||= reset;
      return this.closed$;
    });
  }

  private end(): Observable<never> {
    const { socket, isReset } = this;
    const { linger, scheduler } = this.options;
    this.closing.next();
    return closeSocket(socket, {
      linger,
      scheduler,
      end: () => {
        if (isReset) {
          breakOff(socket);
          return;
        }
        // The kernel resets a connection that is closed with unread bytes, and the peer would lose the last bytes sent.
        socket.resume();
        socket.end();
      },
      // If bytes are still to be sent, the peer gets a reset, because an EOF would make it believe that it has all of
      // them. Node.js would send them before a reset, so the socket is destroyed, too. If no bytes are left, the EOF
      // may be under way, and Node.js 20 never closes a socket that is reset then.
      cutOff: () => {
        if (socket.writableLength > 0) breakOff(socket);
        else socket.destroy();
      },
    });
  }

  private sendFailure(cause: Error | null | undefined): OSError {
    const { address, port } = this.remote;
    if (cause) return this.failure('send', 'send to', cause);
    return new OSError(
      'EPIPE',
      'send',
      `send to ${address}:${port}: this end of the connection is closed; connect again`,
    );
  }

  private failure(syscall: string, call: string, cause: Error): OSError {
    return systemError(`${call} ${this.remote.address}:${this.remote.port}`, syscall, cause);
  }
}

/** Resets a connection; an encrypted one can only be destroyed. */
function breakOff(socket: Socket): void {
  if (!(socket instanceof TLSSocket)) socket.resetAndDestroy();
  socket.destroy();
}
