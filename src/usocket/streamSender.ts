import { concat, concatMap, from, last, type Observable, of, scan } from 'rxjs';

import { Turnstile } from '../streams';
import type { StreamLink } from './nic';
import { OSError } from './osError';

/** Bytes that a non-blocking send takes at most: it holds a copy until the interface has taken them. */
const nonBlockingSend = 2048;

/** The sending side of a stream socket: one send at a time, in pieces that its link takes. */
export class StreamSender {
  /** Whether bytes are on their way to the interface; replays the current state. */
  readonly busy$: Observable<boolean>;

  private readonly turn = new Turnstile();

  constructor() {
    this.busy$ = this.turn.busy$;
  }

  /** Whether bytes are on their way to the interface. */
  get busy(): boolean {
    return this.turn.busy;
  }

  /** Cold: waits its turn, hands everything over, and emits the number of bytes. */
  sendAll(link: StreamLink, bytes: Uint8Array): Observable<number> {
    return this.turn.enter(
      from(pieces(bytes, link.maxSend)).pipe(
        concatMap((piece) => concat(link.send(piece), of(piece.length))),
        scan((sent, size) => sent + size, 0),
        last(null, 0),
      ),
    );
  }

  /**
   * What a non-blocking send takes of the bytes: a copy, for the caller may use its buffer again. One piece at most, so
   * that it has been handed over whatever comes next, `close` included.
   *
   * Throws `EAGAIN` while other bytes are on their way.
   */
  accept(link: StreamLink, bytes: Uint8Array, syscall: string): Buffer {
    if (!this.busy) return Buffer.from(bytes.subarray(0, Math.min(nonBlockingSend, link.maxSend)));
    throw new OSError(
      'EAGAIN',
      syscall,
      `${syscall}: the last bytes are still on their way, and the socket is non-blocking`,
    );
  }
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
