import {
  concatMap,
  EMPTY,
  ignoreElements,
  merge,
  type Observable,
  takeWhile,
  tap,
  type VirtualTimeScheduler,
} from 'rxjs';

import type { FirmwareVersion } from '../../src/emulator';
import type { Random } from '../../src/emulator/simulation/random';
import type { Talk, VirtualModem } from '../../src/testing';
import { noteEnd } from '../interfaces/noteEnd';
import { digest, payload } from './payload';
import { type Pause, reading, talking } from './transfer';

export interface SwitchedSideOptions {
  readonly port: number;
  /** Whether its reader pauses. It does not if the firmware pushes its data in any case. */
  readonly isSlow: boolean;
  readonly isEncrypted: boolean;
  readonly sends: boolean;
  readonly firmware: FirmwareVersion;
  readonly seed: number;
  readonly random: Random;
  readonly scheduler: VirtualTimeScheduler;
}

const address = '192.168.1.9';

/** One of the links of a download during which the receive mode changes, and its peer. */
export class SwitchedSide {
  readonly name: string;

  private readonly said: Buffer;
  private readonly sends: Buffer;
  private readonly got: Buffer[] = [];
  private readonly heard: Buffer[] = [];
  private ended = 'nothing';

  constructor(private readonly options: SwitchedSideOptions) {
    const { port, seed, random, sends } = options;
    this.name = `${address}:${port}`;
    this.said = payload(random.integer(4_000, 40_000), seed + port);
    this.sends = sends ? payload(random.integer(0, 6_000), seed) : Buffer.alloc(0);
  }

  /** A peer that says its bytes, and ends when it has received all that is sent to it. */
  readonly talk: Talk = (received$) => {
    const { sends, heard, said } = this;
    const { random, scheduler } = this.options;
    const all$ = received$.pipe(
      tap((bytes) => heard.push(bytes)),
      takeWhile(() => Buffer.concat(heard).length < sends.length),
      ignoreElements(),
    );
    return merge(talking(said, random, scheduler), sends.length > 0 ? all$ : EMPTY);
  };

  /** Reads everything, with pauses or without, and sends meanwhile. Never errors. */
  download(modem: VirtualModem): Observable<never> {
    const { port, isSlow, isEncrypted, firmware, random, scheduler } = this.options;
    // Where nothing can be held back, a socket must have room for everything.
    const isPushed = firmware === '1.5' || (isEncrypted && firmware === '1.7.4');
    const receiveBuffer = isSlow && !isPushed ? random.integer(1_000, 20_000) : 262_144;
    const socket = modem.socket({ receiveBuffer });
    const pauses = isSlow ? pausesOf(random) : [];
    const sending$ = this.sends.length > 0 ? socket.sendall$(this.sends).pipe(ignoreElements()) : EMPTY;
    const reading$ = reading(socket, pauses, random, scheduler).pipe(tap((chunk) => this.got.push(chunk)));
    return socket.connect$([address, port], isEncrypted ? { tls: { verify: false } } : {}).pipe(
      concatMap(() => merge(reading$, sending$)),
      noteEnd((end) => (this.ended = end)),
    );
  }

  /** What is wrong, if a byte is missing or wrong, or if the download has not ended. */
  fault(isReset: boolean): string | undefined {
    const { said, sends, ended } = this;
    const [received, heard] = [Buffer.concat(this.got), Buffer.concat(this.heard)];
    const isBeginning = received.equals(said.subarray(0, received.length));
    const isWhole = ended === 'end' && received.length === said.length && heard.equals(sends);
    if (isBeginning && (isWhole || (isReset && ended === 'ECONNRESET'))) return undefined;
    return (
      `${this.name}: got ${digest(received)} of ${digest(said)}, ${isBeginning ? 'a' : 'NOT A'} beginning, and then ` +
      `${ended}; the peer got ${digest(heard)} of ${digest(sends)}`
    );
  }
}

/** Where a reader pauses, in bytes, and for how many milliseconds. */
function pausesOf(random: Random): readonly Pause[] {
  const count = random.integer(1, 3);
  return Array.from({ length: count }, (): Pause => [random.integer(0, 20_000), random.integer(100, 3_000)]).sort(
    ([one], [other]) => one - other,
  );
}
