import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import { runOnce } from '../../streams';
import type { Nic } from '../contract/nic';
import type { Operations } from './operations';
import {
  type BufferChange,
  type OptionChange,
  optionChange,
  type OptionValue,
  type TimeoutChange,
} from './optionChange';
import type { SocketCall } from './socketCall';

interface Resizable {
  resize(bytes: number): void;
}

/** An option that not every kind of socket has. */
export type OwnOptionChange = Exclude<OptionChange, BufferChange | TimeoutChange>;

/** What one kind of socket does in its own way. */
interface SocketKind {
  readonly receiveBuffer: Resizable;
  readonly sendBuffer: Resizable;
  /** Changes an option that this kind of socket has. Throws `ENOPROTOOPT` for any other. */
  readonly change: (call: SocketCall, change: OwnOptionChange) => Observable<never>;
  /** Ends the calls that read. */
  readonly endReads: () => void;
  /** Sends what is left, and gives everything back to the interface. */
  readonly release: () => Observable<never>;
}

/** The calls that stream and datagram sockets share. They are documented at the methods of the sockets. */
export class CommonCalls {
  private closing$: Observable<void> | undefined;

  constructor(
    private readonly nic: Nic,
    private readonly operations: Operations,
    private readonly socket: SocketKind,
  ) {}

  /** Closes the socket once, however often it is subscribed to. Made when it is asked for, because sockets wait long. */
  get close$(): Observable<void> {
    return (this.closing$ ??= this.operations
      .followed(
        'close',
        undefined,
        defer(() => this.close()),
      )
      .pipe(runOnce()));
  }

  setsockopt(level: number, option: number, value: OptionValue): Observable<void> {
    const asked = { toString: () => changeText(level, option, value) };
    return this.operations.start('setsockopt', asked, (call) =>
      concat(this.change(call, optionChange(level, option, value)), of(undefined)).pipe(call.setupDeadline(this.nic)),
    );
  }

  private change(call: SocketCall, change: OptionChange): Observable<never> {
    switch (change.name) {
      case 'SO_RCVBUF':
        this.socket.receiveBuffer.resize(change.bytes);
        return EMPTY;
      case 'SO_SNDBUF':
        this.socket.sendBuffer.resize(change.bytes);
        return EMPTY;
      case 'SO_RCVTIMEO':
      case 'SO_SNDTIMEO':
        this.operations.limits.setOption(change);
        return EMPTY;
      default:
        return this.socket.change(call, change);
    }
  }

  private close(): Observable<void> {
    // Reads end first, so that none of them takes what another call leaves.
    this.socket.endReads();
    this.operations.close();
    const released$ = defer(() => {
      this.operations.background.end();
      return of(undefined);
    });
    return concat(this.socket.release(), released$);
  }
}

function changeText(level: number, option: number, value: OptionValue): string {
  try {
    const { name, ...setting } = optionChange(level, option, value);
    return `${name} ${Object.values(setting).join(' ')}`;
  } catch {
    return `option ${option} of level ${level}`;
  }
}
