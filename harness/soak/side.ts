import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  takeWhile,
  tap,
  type VirtualTimeScheduler,
} from 'rxjs';

import type { FirmwareVersion } from '../../src/emulator';
import { Random } from '../../src/emulator/simulation/random';
import type { Talk } from '../../src/testing';
import { OSError, type Socket } from '../../src/usocket';
import { messageOf } from '../../src/usocket/contract/messageOf';
import { payload } from './payload';
import { inPieces, type Pause, reading, talking } from './transfer';

/** What a connection of a crowd is. The clients are alike, because it is not known which of them is accepted first. */
export interface SideOptions {
  readonly kind: 'connection' | 'encrypted' | 'client';
  readonly firmware: FirmwareVersion;
  readonly salt: number;
}

/** How a direction of a connection has ended: the code of the error, `end` in order, `nothing` if it goes on. */
type End = string;

/** One connection of a crowd: what both ends say, and what has come of it. */
export class Side {
  readonly kind: SideOptions['kind'];
  /** Milliseconds to the peer and back, besides those of the network. */
  readonly delay: number;
  readonly receiveBuffer: number;
  readonly got: Buffer[] = [];
  readonly heard: Buffer[] = [];
  received: End = 'nothing';
  sent: End = 'nothing';
  /** The message of the last error. */
  message = '';
  socket: Socket | undefined;

  readonly said: Buffer;
  readonly sends: Buffer;
  private readonly peerEnds: boolean;
  private readonly pauses: readonly Pause[];
  private readonly sendsTogether: boolean;
  private readonly random: Random;

  constructor({ kind, firmware, salt }: SideOptions) {
    const random = new Random(salt);
    this.random = random;
    this.kind = kind;
    this.said = payload(random.integer(0, 60_000), salt);
    this.sends = random.chance(0.6) ? payload(random.integer(1, 15_000), 7 * salt) : Buffer.alloc(0);
    this.peerEnds = random.chance(0.6);
    this.delay = random.chance(0.2) ? random.integer(0, 3_000) : 0;
    this.sendsTogether = random.chance(0.4);
    // Where nothing can be held back, there must be room for everything.
    const isPushed = firmware === '1.5' || (kind === 'encrypted' && firmware === '1.7.4');
    this.receiveBuffer = isPushed ? 262_144 : random.integer(10, random.chance(0.5) ? 5_000 : 100_000);
    const count = isPushed ? 0 : random.integer(0, 3);
    this.pauses = Array.from({ length: count }, (): Pause => [
      random.integer(0, this.said.length),
      random.integer(100, random.chance(0.3) ? 60_000 : 2_000),
    ]).sort(([one], [other]) => one - other);
  }

  /** A peer that says its bytes. If it ends the connection, it does so when it has received all that is sent to it. */
  talk(scheduler: VirtualTimeScheduler): Talk {
    return (received$) => {
      const heard$ = received$.pipe(
        tap((bytes) => this.heard.push(bytes)),
        takeWhile(() => !this.peerEnds || Buffer.concat(this.heard).length < this.sends.length),
        ignoreElements(),
      );
      const isDeaf = this.peerEnds && this.sends.length === 0;
      return merge(isDeaf ? EMPTY : heard$, this.peerEnds ? EMPTY : NEVER, talking(this.said, this.random, scheduler));
    };
  }

  /** Receives and sends everything, and closes the socket. Never errors. */
  use(socket: Socket, scheduler: VirtualTimeScheduler): Observable<never> {
    this.socket = socket;
    const isSilent = this.said.length === 0 && !this.peerEnds;
    const length = this.peerEnds ? Infinity : this.said.length;
    const reading$ = isSilent ? EMPTY : reading(socket, this.pauses, this.random, scheduler, length);
    const pieces = inPieces(this.sends, this.random).map((piece) => socket.sendall$(piece));
    const sending$ = this.sendsTogether ? merge(...pieces) : concat(...pieces);
    return concat(
      merge(
        this.ending(reading$.pipe(tap((chunk) => this.got.push(chunk))), (end) => (this.received = end)),
        this.ending(sending$, (end) => (this.sent = end)),
      ),
      defer(() => socket.close$()).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      ),
    );
  }

  /** Connects a socket to the peer, and uses it. Never errors. */
  connect(socket: Socket, address: readonly [string, number], scheduler: VirtualTimeScheduler): Observable<never> {
    const options = this.kind === 'encrypted' ? { tls: { verify: false } } : {};
    const connected$ = socket.connect$([...address], options).pipe(concatMap(() => this.use(socket, scheduler)));
    return this.ending(connected$, (end) => {
      if (end !== 'end') this.received = this.sent = end;
    });
  }

  private ending(operation$: Observable<unknown>, ended: (end: End) => void): Observable<never> {
    return operation$.pipe(
      ignoreElements(),
      tap({
        complete: () => {
          ended('end');
        },
      }),
      catchError((error: unknown) => {
        this.message = messageOf(error);
        ended(error instanceof OSError ? error.code : this.message);
        return EMPTY;
      }),
    );
  }
}
