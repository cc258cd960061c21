import {
  catchError,
  takeLast,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  switchMap,
  throwError,
} from 'rxjs';

import { type Call, type Sendable, sendFlags } from '../calls/call';
import type { Operations } from '../calls/operations';
import type { SocketCall } from '../calls/socketCall';
import { OSError } from '../contract/osError';
import type { Connection } from './connection';

/** The calls of a stream socket that send. They are documented at the methods of `Socket` that have their names. */
export class SendCalls {
  constructor(
    private readonly connection: Connection,
    private readonly operations: Operations,
    /** See {@link SocketOptions.sendAhead}. */
    private readonly sendsAhead: boolean,
  ) {}

  send(data: Sendable, flags: number): Observable<number> {
    return this.operations.start('send', data, (call) => {
      const { dontWait } = call.flagsOf(flags, sendFlags);
      const bytes = call.bytesOf(data);
      if (call.isNonBlocking || dontWait)
        return of(this.put(call, bytes) ?? this.failWithoutRoom(call, 'no byte fits'));
      return this.sendsAhead ? this.handAhead(call, bytes) : this.handOver(call, bytes, { isShort: true });
    });
  }

  sendall(data: Sendable): Observable<void> {
    return this.operations.start('sendall', data, (call) => {
      const bytes = call.bytesOf(data);
      if (!call.isNonBlocking) return this.handOver(call, bytes).pipe(map(() => undefined));
      const taken = this.put(call, bytes) ?? 0;
      if (taken === bytes.length) return of(undefined);
      return this.failWithoutRoom(call, `only ${taken} of ${bytes.length} bytes fitted, and write() returns how many`);
    });
  }

  write(data: Sendable): Observable<number | null> {
    return this.operations.start('write', data, (call) => {
      const bytes = call.bytesOf(data);
      return call.isNonBlocking ? of(this.put(call, bytes)) : this.handOver(call, bytes);
    });
  }

  /** A stream has one peer, which `connect` names. */
  sendto(data: Sendable, address: readonly [string, number]): Observable<never> {
    return this.operations.start('sendto', [data, address], (call) => {
      call.bytesOf(data);
      call.remoteOf(address);
      this.connection.linkFor(call);
      throw call.error('EISCONN', `the socket is connected to ${this.connection.peer}; use send`);
    });
  }

  /** Hands the bytes of a call to the interface as soon as the connection is open, and waits until they are acknowledged. */
  private handOver(call: SocketCall, bytes: Uint8Array, { isShort = false } = {}): Observable<number> {
    const { connection, operations } = this;
    const { sender, peer } = connection;
    return connection
      .withLink(call, (link) => sender.sendAll(link, isShort ? bytes.subarray(0, link.maxSend) : bytes))
      .pipe(
        takeLast(1),
        this.failing(call),
        operations.background.reportFirst(),
        call.deadline('send', `${peer} did not answer`),
      );
  }

  /**
   * Hands the first bytes of a call to the interface, and waits until it has taken them. They are a piece that leaves room
   * for the next one, so that one is always under way.
   */
  private handAhead(call: SocketCall, bytes: Uint8Array): Observable<number> {
    const { connection, operations } = this;
    return connection.whenOpen(call).pipe(
      this.failing(call),
      switchMap((link) => {
        const piece = bytes.subarray(0, link.pieceSize ?? link.maxSend);
        return operations.background.runPastFirst(connection.sender.sendAll(link, piece).pipe(this.failing(call)));
      }),
      operations.background.reportFirst(),
      call.deadline('send', `${connection.peer} did not answer`),
    );
  }

  /** Puts as many bytes into the send buffer as it has room for. Returns `null` when it has none. */
  private put(call: Call, bytes: Uint8Array): number | null {
    const { connection, operations } = this;
    if (connection.isOpening) return null;
    const taken = connection.sender.put(connection.linkFor(call), bytes, (handing$) => {
      operations.background.run(handing$.pipe(this.failing(call)));
    });
    // A connection that has ended fails at once.
    operations.background.throwFailure();
    return taken > 0 || bytes.length === 0 ? taken : null;
  }

  /** The peer's reset is reported once. After that, a send fails because the connection has ended. */
  private failing<T>(call: Call): MonoTypeOperatorFunction<T> {
    return catchError((error: unknown) => {
      const { connection } = this;
      if (connection.wasReset && error instanceof OSError && error.code === 'ECONNRESET') {
        const reason = `${connection.peer} has reset the connection, as an earlier call has reported; connect again`;
        return throwError(() => call.error('EPIPE', reason, { cause: error }));
      }
      connection.noteFailure(error);
      return throwError(() => error);
    });
  }

  private failWithoutRoom(call: Call, what: string): never {
    const why = this.connection.isOpening ? 'it is still connecting' : 'the send buffer is full';
    throw call.error('EAGAIN', `${what}: ${why}, and the socket is non-blocking`);
  }
}
