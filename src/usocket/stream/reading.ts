import { catchError, type MonoTypeOperatorFunction, Observable, of, switchMap, throwError } from 'rxjs';

import type { ByteReader } from '../../streams';
import { checkSize, checkTarget, sizeOrAll } from '../calls/arguments';
import { flagsOf, receiveFlags } from '../calls/flags';
import type { Operations } from '../calls/operations';
import type { Connection } from './connection';

/** One way to read: while others wait, and at once. */
interface Way<T> {
  readonly wait: (reader: ByteReader) => Observable<T>;
  /** `null` when there is nothing yet. */
  readonly now: (reader: ByteReader) => T | null;
}

/** The calls of a stream socket that receive: see the methods of `SocketStreams` of the same names. */
export class Reading {
  constructor(
    private readonly connection: Connection,
    private readonly operations: Operations,
  ) {}

  /** Emits `null` where nothing has come, and the call does not wait. */
  recv(syscall: string, size: number, flags: number): Observable<Buffer | null> {
    return this.operations.start(syscall, () => {
      const { peek, dontWait, waitAll } = flagsOf(flags, receiveFlags, syscall);
      checkSize(size, syscall);
      const now = (reader: ByteReader) =>
        size === 0 ? Buffer.alloc(0) : peek ? reader.peekNow(size) : reader.readNow(size);
      const wait = (reader: ByteReader) => {
        if (peek) return reader.peek$(size, waitAll ? size : 1);
        return waitAll ? reader.read$(size) : reader.recv$(size);
      };
      return this.take(syscall, { wait, now }, dontWait);
    });
  }

  read(size: number | null | undefined): Observable<Buffer | null> {
    return this.operations.start('read', () => {
      const wanted = sizeOrAll(size, 'read');
      return this.take('read', {
        wait: (reader) => reader.read$(wanted),
        now: (reader) => (wanted === 0 ? Buffer.alloc(0) : reader.readNow(wanted)),
      });
    });
  }

  readinto(target: Uint8Array, size: number | null | undefined): Observable<number | null> {
    return this.operations.start('readinto', () => {
      checkTarget(target);
      checkSize(size ?? Infinity, 'readinto');
      const wanted = target.subarray(0, size ?? Infinity);
      return this.take('readinto', {
        wait: (reader) => reader.readinto$(wanted),
        now: (reader) => (wanted.length === 0 ? 0 : reader.readintoNow(wanted)),
      });
    });
  }

  readline(size: number | null | undefined): Observable<Buffer | null> {
    return this.operations.start('readline', () => {
      const longest = sizeOrAll(size, 'readline');
      return this.take('readline', {
        wait: (reader) => reader.readline$(longest),
        now: (reader) => (longest === 0 ? Buffer.alloc(0) : reader.readlineNow(longest)),
      });
    });
  }

  /** A long read, once the connection is there. */
  stream(syscall: string, streamOf: (reader: ByteReader) => Observable<Buffer>): Observable<Buffer> {
    this.operations.checkOpen(syscall);
    return this.connection.whenOpen(syscall, this.operations).pipe(
      switchMap(() => streamOf(this.connection.reader)),
      this.telling(),
    );
  }

  private take<T>(syscall: string, { wait, now }: Way<T>, dontWait = false): Observable<T | null> {
    const { connection, operations } = this;
    if (operations.isNonBlocking || dontWait) {
      if (connection.isOpening) return of(null);
      connection.linkFor(syscall);
      return new Observable<T | null>((caller) => {
        caller.next(now(connection.reader));
        caller.complete();
      }).pipe(this.telling());
    }
    return connection.whenOpen(syscall, operations).pipe(
      switchMap(() => wait(connection.reader)),
      this.telling(),
      operations.bounded(syscall, connection.peer, { direction: 'receive' }),
    );
  }

  private telling<T>(): MonoTypeOperatorFunction<T> {
    return catchError((error: unknown) => {
      this.connection.told(error);
      return throwError(() => error);
    });
  }
}
