import {
  BehaviorSubject,
  EMPTY,
  first,
  map,
  merge,
  type Observable,
  ReplaySubject,
  switchMap,
  take,
  takeUntil,
} from 'rxjs';

import { ByteReader } from '../../streams';
import { checkReceiveBuffer } from '../calls/arguments';
import type { StreamLink } from '../contract/nic';
import { closedError, type Operations } from '../calls/operations';
import { OSError } from '../contract/osError';
import { StreamSender } from './streamSender';

/** The connection of a stream socket: its link, once there is one, what has come over it, and what is to go. */
export class Connection {
  readonly reader: ByteReader;
  readonly sender = new StreamSender();
  /** The program has been told that the peer has broken the connection off. */
  wasReset = false;
  /** Whether it is encrypted, for inspection. */
  isEncrypted = false;
  /** Whom it is with, for messages. */
  peer = 'its peer';

  private readonly opened = new ReplaySubject<StreamLink>(1);
  private readonly opening = new BehaviorSubject(false);
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
      // Without room for a byte, nothing would ever come for `recv`.
      { capacity: Math.max(1, receiveBuffer), overflow: () => this.overflowed(receiveBuffer) },
    );
    // Ends with `end`.
    this.reader.connect();
  }

  get link(): StreamLink | undefined {
    return this.current;
  }

  /** Whether it is being opened. */
  get isOpening(): boolean {
    return this.opening.value;
  }

  set isOpening(isOpening: boolean) {
    this.opening.next(isOpening);
  }

  adopt(link: StreamLink): void {
    this.current = link;
    this.peer = `${link.remote.address}:${link.remote.port}`;
    this.opened.next(link);
  }

  /** The link, for a call that cannot do without: `ENOTCONN`. */
  linkFor(syscall: string): StreamLink {
    if (this.current) return this.current;
    throw new OSError('ENOTCONN', syscall, `${syscall}: the socket is not connected; call connect first`);
  }

  /** Cold: the link, once it is open where it is being opened; what that has failed with, or `ENOTCONN`. */
  whenOpen(syscall: string, { unattended }: Operations): Observable<StreamLink> {
    return this.opening.pipe(
      first((isOpening) => !isOpening),
      map(() => {
        const failure = unattended.takeFailure();
        if (failure) throw failure;
        return this.linkFor(syscall);
      }),
    );
  }

  /**
   * The program has been told of an error. The peer's reset is told once: reads behind it find the end, as BSD has it.
   * Whatever else has gone wrong is told each time, for something is missing of what the peer has said.
   */
  told(error: unknown): void {
    if (!(error instanceof OSError && error.code === 'ECONNRESET')) return;
    this.wasReset = true;
    const { failure, length } = this.reader;
    // A read that wanted more than there is has left it: the failure stands behind that, too.
    if (length === 0 && failure instanceof OSError && failure.code === 'ECONNRESET') this.reader.clearFailure();
  }

  /** Ends every read with `EBADF`, so that none takes what another leaves. */
  endReading(): void {
    this.reader.close(closedError('recv'));
  }

  /**
   * Cold: ends the link behind all that the send buffer holds, and completes when it is free.
   *
   * @param reset Breaks it off instead, and drops what is in the send buffer.
   */
  close(reset: boolean): Observable<never> {
    const link = this.current;
    if (!link) return EMPTY;
    if (!reset) return merge(this.sender.flush(link), link.close());
    this.sender.drop();
    return link.close({ reset });
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
        `more than ${receiveBuffer} bytes wait. Read sooner, or raise receiveBuffer`,
    );
  }
}
