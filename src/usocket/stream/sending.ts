import { catchError, map, type MonoTypeOperatorFunction, type Observable, of, switchMap, throwError } from 'rxjs';

import { type Sendable, toBytes } from '../calls/arguments';
import { flagsOf, sendFlags } from '../calls/flags';
import type { StreamLink } from '../contract/nic';
import type { Operations } from '../calls/operations';
import { OSError } from '../contract/osError';
import type { Connection } from './connection';

/** The calls of a stream socket that send: see the methods of `SocketStreams` of the same names. */
export class Sending {
  constructor(
    private readonly connection: Connection,
    private readonly operations: Operations,
  ) {}

  send(data: Sendable, flags: number): Observable<number> {
    return this.operations.start('send', () => {
      const { dontWait } = flagsOf(flags, sendFlags, 'send');
      const bytes = toBytes(data, 'send');
      if (this.operations.isNonBlocking || dontWait)
        return of(this.put('send', bytes) ?? this.again('send', 'nothing'));
      return this.waiting('send', (link) => this.connection.sender.sendAll(link, bytes.subarray(0, link.maxSend)));
    });
  }

  sendall(data: Sendable): Observable<void> {
    return this.operations.start('sendall', () => {
      const bytes = toBytes(data, 'sendall');
      if (!this.operations.isNonBlocking) {
        return this.waiting('sendall', (link) => this.connection.sender.sendAll(link, bytes)).pipe(
          map(() => undefined),
        );
      }
      const taken = this.put('sendall', bytes) ?? 0;
      if (taken === bytes.length) return of(undefined);
      return this.again('sendall', `${taken} of ${bytes.length} bytes have gone; write() says how many:`);
    });
  }

  write(data: Sendable): Observable<number | null> {
    return this.operations.start('write', () => {
      const bytes = toBytes(data, 'write');
      if (this.operations.isNonBlocking) return of(this.put('write', bytes));
      return this.waiting('write', (link) => this.connection.sender.sendAll(link, bytes));
    });
  }

  /** Hands bytes over, once the connection is there. */
  private waiting(syscall: string, hand: (link: StreamLink) => Observable<number>): Observable<number> {
    return this.connection
      .whenOpen(syscall, this.operations)
      .pipe(
        switchMap(hand),
        this.failing(syscall),
        this.operations.bounded(syscall, this.connection.peer, { direction: 'send' }),
      );
  }

  /** Puts into the send buffer what fits; `null` when nothing does. */
  private put(syscall: string, bytes: Uint8Array): number | null {
    const { connection, operations } = this;
    if (connection.isOpening) return null;
    const taken = connection.sender.put(connection.linkFor(syscall), bytes, (handing$) => {
      operations.unattended.run(handing$.pipe(this.failing(syscall)));
    });
    // A connection that has ended says so at once.
    const failure = operations.unattended.takeFailure();
    if (failure) throw failure;
    return taken > 0 || bytes.length === 0 ? taken : null;
  }

  /** The peer's reset is told once, and then that the connection has ended. */
  private failing<T>(syscall: string): MonoTypeOperatorFunction<T> {
    return catchError((error: unknown) => {
      if (this.connection.wasReset && error instanceof OSError && error.code === 'ECONNRESET') {
        const message = `${syscall}: ${this.connection.peer} has broken the connection off, as has been told; connect again`;
        return throwError(() => new OSError('EPIPE', syscall, message, { cause: error }));
      }
      this.connection.told(error);
      return throwError(() => error);
    });
  }

  private again(syscall: string, what: string): never {
    const why = this.connection.isOpening ? 'it is still connecting' : 'the send buffer is full';
    throw new OSError('EAGAIN', syscall, `${syscall}: ${what} fitted: ${why}, and the socket is non-blocking`);
  }
}
