import { asyncScheduler, concat, defer, EMPTY, type Observable, of, type SchedulerLike } from 'rxjs';

import { Inspectable, isSize, type Pollable, type Readiness, runOnce } from '../../streams';
import type { Nic } from '../contract/nic';
import { callError } from '../contract/osError';
import { Operations } from './operations';
import {
  type BufferChange,
  type OptionChange,
  optionChange,
  type OptionValue,
  type TimeoutChange,
} from './optionChange';
import type { SocketCall } from './socketCall';

/** How a socket is made. */
export interface SocketOptions {
  /** How many bytes the socket holds that it has received and no call has read yet. Default: 262144. */
  readonly receiveBuffer?: number;
  /** The scheduler that times the calls. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

interface Resizable {
  resize(bytes: number): void;
}

/** An option that only one kind of socket has. */
export type OwnOptionChange = Exclude<OptionChange, BufferChange | TimeoutChange>;

/** What stream and datagram sockets share: time-outs, options that both have, and closing. */
export abstract class BaseSocket extends Inspectable implements Pollable {
  abstract readonly readiness$: Observable<Readiness>;

  /** The calls of this socket, and what runs in the background. */
  protected readonly operations: Operations;
  /** The size of the receive buffer at first, in bytes. */
  protected readonly receiveBufferSize: number;
  protected abstract readonly receiveBuffer: Resizable;
  protected abstract readonly sendBuffer: Resizable;

  private readonly closed$: Observable<void>;

  constructor(
    protected readonly nic: Nic,
    { receiveBuffer = 262_144, scheduler = asyncScheduler }: SocketOptions = {},
  ) {
    super();
    if (!isSize(receiveBuffer)) {
      const reason = `receiveBuffer is a whole number of bytes from 0 up, not ${receiveBuffer}`;
      throw callError('socket', 'EINVAL', reason);
    }
    this.receiveBufferSize = receiveBuffer;
    this.operations = new Operations(scheduler);
    this.closed$ = defer(() => this.end()).pipe(runOnce());
  }

  /**
   * Closes the socket, and emits once when the interface has released it. What the send buffer holds is sent first. A
   * stream's peer then sees the end of the connection; see `SO_LINGER` of {@link setsockopt$} for closing with a reset.
   *
   * Calls that wait fail with `EBADF`, and so does each later call. Closing twice is no error. Unsubscribing does not stop
   * the closing.
   *
   * @see The socket document, `socket.close()`.
   */
  close$(): Observable<void> {
    return this.closed$;
  }

  /**
   * Sets how long the calls that start from now on may take. They fail with `ETIMEDOUT` after that time, and have read
   * nothing then.
   *
   *     sock.settimeout(2.5);
   *
   * Throws `EINVAL` for a value that is no time.
   *
   * @param seconds `null` sets no limit, as on a new socket. 0 makes the socket non-blocking: a call that would have to
   *   wait fails with `EAGAIN` or returns `null`.
   * @see The socket document, `socket.settimeout(value)`.
   */
  settimeout(seconds: number | null): void {
    this.operations.limits.timeout = seconds;
  }

  /**
   * Makes the socket blocking or non-blocking. `true` is `settimeout(null)`, `false` is `settimeout(0)`.
   *
   * @see The socket document, `socket.setblocking(flag)`.
   */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  /**
   * Changes an option of the socket, and emits once when it is in force. See {@link setsockopt} for the options.
   *
   * @see The socket document, `socket.setsockopt(level, optname, value)`.
   */
  setsockopt$(level: number, option: number, value: OptionValue): Observable<void> {
    return this.operations.start('setsockopt', (call) =>
      concat(this.change(call, optionChange(level, option, value)), of(undefined)).pipe(call.setupDeadline(this.nic)),
    );
  }

  /** Ends the calls that read, before other calls end, so that none of them takes what another one leaves. */
  protected abstract endReads(): void;

  /** Sends what is left, and gives everything back to the interface. */
  protected abstract release(): Observable<never>;

  /** Changes an option that only this kind of socket may have. */
  protected abstract changeOwn(call: SocketCall, change: OwnOptionChange): Observable<never>;

  private change(call: SocketCall, change: OptionChange): Observable<never> {
    switch (change.name) {
      case 'SO_RCVBUF':
        this.receiveBuffer.resize(change.bytes);
        return EMPTY;
      case 'SO_SNDBUF':
        this.sendBuffer.resize(change.bytes);
        return EMPTY;
      case 'SO_RCVTIMEO':
      case 'SO_SNDTIMEO':
        this.operations.limits.setOption(change);
        return EMPTY;
      default:
        return this.changeOwn(call, change);
    }
  }

  private end(): Observable<void> {
    this.endReads();
    this.operations.close();
    const released$ = defer(() => {
      this.operations.background.end();
      return of(undefined);
    });
    return concat(this.release(), released$);
  }
}
