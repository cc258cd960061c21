import { map, Observable, of, tap } from 'rxjs';

import type { ByteReader } from '../../streams';
import { type Address, addressOf } from '../calls/address';
import { Call, receiveFlags } from '../calls/call';
import type { Operations } from '../calls/operations';
import type { SocketCall } from '../calls/socketCall';
import type { Connection } from './connection';

/** The two ways in which a call reads. */
interface ReadMethods<T> {
  readonly waiting: (reader: ByteReader) => Observable<T>;
  /** Returns `null` when nothing has come yet. */
  readonly immediate: (reader: ByteReader) => T | null;
}

/** The calls of a stream socket that receive. They are documented at the methods of `Socket` that have their names. */
export class ReceiveCalls {
  constructor(
    private readonly connection: Connection,
    private readonly operations: Operations,
  ) {}

  recv(size: number, flags: number): Observable<Buffer> {
    return this.start('recv', size, (call) => this.receive(call, size, flags));
  }

  recvfrom(size: number, flags: number): Observable<readonly [Buffer, Address]> {
    return this.start('recvfrom', size, (call) =>
      this.receive(call, size, flags).pipe(
        map((bytes) => [bytes, addressOf(this.connection.linkFor(call).remote)] as const),
      ),
    );
  }

  read(size: number | null | undefined): Observable<Buffer | null> {
    return this.start('read', size ?? Infinity, (call) => {
      const wanted = call.sizeOrAll(size);
      return this.take(call, {
        waiting: (reader) => reader.read$(wanted),
        immediate: (reader) => (wanted === 0 ? Buffer.alloc(0) : reader.readNow(wanted)),
      });
    });
  }

  readinto(target: Uint8Array, size: number | null | undefined): Observable<number | null> {
    return this.start('readinto', size ?? target, (call) => {
      call.checkTarget(target);
      const wanted = target.subarray(0, call.sizeOrAll(size));
      return this.take(call, {
        waiting: (reader) => reader.readinto$(wanted),
        immediate: (reader) => (wanted.length === 0 ? 0 : reader.readintoNow(wanted)),
      });
    });
  }

  readline(size: number | null | undefined): Observable<Buffer | null> {
    return this.start('readline', size ?? Infinity, (call) => {
      const longest = call.sizeOrAll(size);
      return this.take(call, {
        waiting: (reader) => reader.readline$(longest),
        immediate: (reader) => (longest === 0 ? Buffer.alloc(0) : reader.readlineNow(longest)),
      });
    });
  }

  /** One read that lasts until the peer closes. It begins when the connection is open. */
  stream(name: string, streamOf: (reader: ByteReader) => Observable<Buffer>): Observable<Buffer> {
    const { connection, operations } = this;
    operations.checkOpen(name);
    const stream$ = connection
      .withLink(new Call(name), () => streamOf(connection.reader))
      .pipe(tap({ error: (error: unknown) => connection.noteFailure(error) }));
    return operations.followed(name, Infinity, stream$, true);
  }

  private start<T>(name: string, asked: unknown, operation: (call: SocketCall) => Observable<T>): Observable<T> {
    return this.operations.start(name, asked, operation, (error) => this.connection.noteFailure(error));
  }

  private receive(call: SocketCall, size: number, flags: number): Observable<Buffer> {
    const { peek, dontWait, waitAll } = call.flagsOf(flags, receiveFlags);
    call.checkSize(size);
    const immediate = (reader: ByteReader) =>
      size === 0 ? Buffer.alloc(0) : peek ? reader.peekNow(size) : reader.readNow(size);
    const waiting = (reader: ByteReader) => {
      if (peek) return reader.peek$(size, waitAll ? size : 1);
      return waitAll ? reader.read$(size) : reader.recv$(size);
    };
    if (!call.isNonBlocking && !dontWait) return this.waitFor(call, waiting);
    return this.takeNow(call, immediate).pipe(map((bytes) => call.found(bytes)));
  }

  private take<T>(call: SocketCall, { waiting, immediate }: ReadMethods<T>): Observable<T | null> {
    return call.isNonBlocking ? this.takeNow(call, immediate) : this.waitFor(call, waiting);
  }

  /** Emits `null` when nothing has come. */
  private takeNow<T>(call: SocketCall, immediate: ReadMethods<T>['immediate']): Observable<T | null> {
    const { connection } = this;
    if (connection.isOpening) return of(null);
    connection.linkFor(call);
    return new Observable<T | null>((caller) => {
      caller.next(immediate(connection.reader));
      caller.complete();
    });
  }

  private waitFor<T>(call: SocketCall, waiting: ReadMethods<T>['waiting']): Observable<T> {
    const { connection } = this;
    return connection
      .withLink(call, () => waiting(connection.reader))
      .pipe(call.deadline('receive', `${connection.peer} did not answer`));
  }
}
