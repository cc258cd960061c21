import {
  BehaviorSubject,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  finalize,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
} from 'rxjs';

import { Mutex } from '../../streams';
import type { DatagramLink, Endpoint } from '../contract/nic';

/** How many bytes the send buffer holds unless `SO_SNDBUF` says otherwise. */
const usualSendBuffer = 8_192;
/** How much of a buffer a datagram takes besides its data, so that the number of empty datagrams is limited. */
export const datagramOverhead = 32;

/** Sends the datagrams of a socket one after another, and holds those of non-blocking calls in the send buffer. */
export class DatagramSender {
  /** Whether the send buffer has room for a datagram. Replays the current state. */
  readonly hasRoom$: Observable<boolean>;

  private readonly mutex = new Mutex();
  private readonly held = new BehaviorSubject(0);
  private readonly capacity = new BehaviorSubject(usualSendBuffer);

  constructor() {
    this.hasRoom$ = merge(this.held, this.capacity).pipe(
      map(() => this.hasRoomFor(0)),
      distinctUntilChanged(),
    );
  }

  /** Whether the send buffer can take a datagram of that size. An empty send buffer takes any datagram. */
  hasRoomFor(size: number): boolean {
    return this.held.value === 0 || this.held.value + size + datagramOverhead <= this.capacity.value;
  }

  /** Changes the size of the send buffer, and keeps what is in it. */
  resize(capacity: number): void {
    this.capacity.next(capacity);
  }

  /** Cold. Waits its turn, hands the datagram over, and emits its size. */
  send(link$: Observable<DatagramLink>, remote: Endpoint, bytes: Uint8Array): Observable<number> {
    return this.mutex.runExclusive(link$.pipe(concatMap((link) => concat(link.send(bytes, remote), of(bytes.length)))));
  }

  /** Cold. Copies the datagram into the send buffer, because the program may reuse its own, and sends it as {@link send}. */
  put(link$: Observable<DatagramLink>, remote: Endpoint, bytes: Uint8Array): Observable<number> {
    const copy = Buffer.from(bytes);
    const size = copy.length + datagramOverhead;
    return defer(() => {
      this.held.next(this.held.value + size);
      return this.send(link$, remote, copy).pipe(
        finalize(() => {
          this.held.next(this.held.value - size);
        }),
      );
    });
  }

  /** Cold. Completes when the send buffer is empty. */
  flush(): Observable<never> {
    return this.held.pipe(
      first((held) => held === 0),
      ignoreElements(),
    );
  }
}
