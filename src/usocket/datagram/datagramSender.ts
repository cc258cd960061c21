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

/** Bytes that the send buffer holds where nothing else is asked for. */
const usualSendBuffer = 8_192;
/** What a datagram takes of it besides its bytes. */
const overhead = 32;

/** The sending side of a datagram socket: one datagram after the other, and a buffer for those that nobody waits for. */
export class DatagramSender {
  /** Whether the send buffer has room for a datagram; replays the current state. */
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

  /** Whether the send buffer can take a datagram of that size. One that finds it empty always fits. */
  hasRoomFor(size: number): boolean {
    return this.held.value === 0 || this.held.value + size + overhead <= this.capacity.value;
  }

  /** Changes the size of the send buffer. What is in it stays. */
  resize(capacity: number): void {
    this.capacity.next(capacity);
  }

  /** Cold: waits its turn, hands the datagram over, and emits its size. */
  send(link$: Observable<DatagramLink>, remote: Endpoint, bytes: Uint8Array): Observable<number> {
    return this.mutex.runExclusive(link$.pipe(concatMap((link) => concat(link.send(bytes, remote), of(bytes.length)))));
  }

  /** As {@link send}, of a copy in the send buffer, for the caller may use its buffer again. */
  put(link$: Observable<DatagramLink>, remote: Endpoint, bytes: Uint8Array): Observable<number> {
    const copy = Buffer.from(bytes);
    const size = copy.length + overhead;
    return defer(() => {
      this.held.next(this.held.value + size);
      return this.send(link$, remote, copy).pipe(
        finalize(() => {
          this.held.next(this.held.value - size);
        }),
      );
    });
  }

  /** Cold: completes when the send buffer is empty. */
  flush(): Observable<never> {
    return this.held.pipe(
      first((held) => held === 0),
      ignoreElements(),
    );
  }
}
