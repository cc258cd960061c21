import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  EMPTY,
  Observable,
  ReplaySubject,
  concat,
  defer,
  fromEvent,
  ignoreElements,
  merge,
  take,
  takeUntil,
  tap,
  timer,
  type SchedulerLike,
} from 'rxjs';

import { runOnce } from '../streams';
import type { CloseOptions, Endpoint, StreamLink, StreamSettings } from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import { hostError } from './hostError';
import { takeByRoom } from './takeByRoom';
import type { OpenLinks } from './openLinks';

export interface HostLinkOptions {
  /** How long `close` waits for the rest to be sent and for the peer's EOF, in milliseconds. */
  readonly linger: number;
  readonly links: OpenLinks;
  readonly scheduler: SchedulerLike;
}

/**
 * A connected Node socket, encrypted or not, opened with `allowHalfOpen`, as a {@link StreamLink}: the peer's EOF ends
 * `receive` and leaves `send` open.
 */
export class HostLink implements StreamLink {
  /** Little enough that not much is left behind when a send is given up. */
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
    // An 'error' event that nobody hears would end the process; `socket.errored` keeps it for whoever asks.
    socket.on('error', () => undefined);
    this.closed$ = defer(() => this.end(options)).pipe(runOnce());
  }

  receive(room$: Observable<number>): Observable<Buffer> {
    const received$ = takeByRoom(this.socket, room$, (cause) => this.failure('recv', 'receive from', cause));
    return received$.pipe(takeUntil(merge(this.closing, this.options.links.lost$)));
  }

  send(bytes: Uint8Array): Observable<never> {
    return new Observable<never>((subscriber) => {
      const { socket } = this;
      const fail = (cause?: Error | null): void => subscriber.error(this.sendFailure(socket.errored ?? cause));
      const gone = (): void => fail();
      // Node counts a write after the end as a failure of the whole socket, so it must not see one.
      if (!socket.writable) {
        fail();
        return undefined;
      }
      socket.once('close', gone);
      socket.write(bytes, (cause) => {
        // A write that a destroyed socket (Node 20) gives up is called back without an error.
        if (cause || socket.destroyed) fail(cause);
        else subscriber.complete();
      });
      return () => void socket.off('close', gone);
    }).pipe(takeUntil(this.options.links.lost$));
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

  private end({ linger, scheduler }: HostLinkOptions): Observable<never> {
    const { socket } = this;
    const gone$ = defer(() => (socket.closed ? EMPTY : fromEvent(socket, 'close').pipe(take(1))));
    this.closing.next();
    if (socket.destroyed) return gone$.pipe(ignoreElements());
    if (this.isReset) {
      breakOff(socket);
      return gone$.pipe(ignoreElements());
    }
    // Unread bytes must go: the kernel answers a close over them with a reset, which takes our last bytes from the peer.
    socket.resume();
    socket.end();
    const cutOff$ = timer(linger, scheduler).pipe(
      // With bytes still to send, an EOF would pass what arrived for the whole: a reset tells the peer otherwise. Node
      // would send them first; destroying at once makes it reset at once. Where none are left,
      // the EOF may be under way, and Node 20 leaves a socket open for good that is reset then.
      tap(() => {
        if (socket.writableLength > 0) breakOff(socket);
        else socket.destroy();
      }),
      takeUntil(fromEvent(socket, 'close')),
    );
    return concat(cutOff$, gone$).pipe(ignoreElements());
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
    return hostError(`${call} ${this.remote.address}:${this.remote.port}`, syscall, cause);
  }
}

/** TLS has an end of its own. */
function breakOff(socket: Socket): void {
  if (!(socket instanceof TLSSocket)) socket.resetAndDestroy();
  socket.destroy();
}
