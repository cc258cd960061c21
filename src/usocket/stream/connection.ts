import { EMPTY, type Observable, ReplaySubject, switchMap, take, takeUntil } from 'rxjs';

import { ByteReader } from '../../streams';
import { checkReceiveBuffer } from '../arguments';
import type { StreamLink } from '../nic';
import { closedError } from '../operations';
import { OSError } from '../osError';
import { StreamSender } from './streamSender';

/** The connection of a stream socket: its link, once there is one, what has come over it, and what is to go. */
export class Connection {
  readonly reader: ByteReader;
  readonly sender = new StreamSender();
  /** Whether it is being opened, for messages. */
  isOpening = false;
  /** Whether it is encrypted, for inspection. */
  isEncrypted = false;
  /** Whom it is with, for messages. */
  peer = 'its peer';

  private readonly opened = new ReplaySubject<StreamLink>(1);
  private current: StreamLink | undefined;

  /** @param closing$ Ends what is being received. */
  constructor(receiveBuffer: number, closing$: Observable<void>) {
    checkReceiveBuffer(receiveBuffer);
    this.reader = new ByteReader(
      (room$) =>
        this.opened.pipe(
          take(1),
          switchMap((link) => link.receive(room$)),
          takeUntil(closing$),
        ),
      { capacity: receiveBuffer, overflow: () => this.overflowed(receiveBuffer) },
    );
    // Ends with `end`.
    this.reader.connect();
  }

  get link(): StreamLink | undefined {
    return this.current;
  }

  adopt(link: StreamLink): void {
    this.current = link;
    this.peer = `${link.remote.address}:${String(link.remote.port)}`;
    this.opened.next(link);
  }

  /** The link, for a call that cannot do without: `ENOTCONN`. */
  linkFor(syscall: string): StreamLink {
    if (this.current) return this.current;
    const why = this.isOpening
      ? 'is still connecting; await connect, or poll for POLLOUT'
      : 'is not connected; call connect first';
    throw new OSError('ENOTCONN', syscall, `${syscall}: the socket ${why}`);
  }

  /** Ends every read with `EBADF`, so that none takes what another leaves. */
  endReading(): void {
    this.reader.close(closedError('recv'));
  }

  /** Cold: ends the link behind what has been handed over, and completes when it is free. */
  close(): Observable<never> {
    return this.current?.close() ?? EMPTY;
  }

  /** Nothing more will come or go. */
  end(): void {
    this.opened.complete();
    this.sender.end();
  }

  private overflowed(receiveBuffer: number): OSError {
    return new OSError(
      'ENOBUFS',
      'recv',
      `recv: ${this.peer} sends faster than the program reads, and the interface cannot hold it back; ` +
        `more than ${String(receiveBuffer)} bytes wait. Read sooner, or raise receiveBuffer`,
    );
  }
}
