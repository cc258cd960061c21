import { concat, concatMap, defer, type Observable, range, type SchedulerLike, tap, timer } from 'rxjs';

import type { Random } from '../../src/emulator/simulation/random';
import type { Talk, VirtualModem } from '../../src/testing';
import { DatagramSocket } from '../../src/usocket';
import { noteEnd } from '../interfaces/noteEnd';
import { digest, payload } from './payload';

/** A host that sends each datagram back. */
export const echoingHost: Readonly<Record<string, Talk>> = { '10.0.1.1:53': (asked$) => asked$ };

/** A port for datagrams that is open for a while, which changes how ESP-AT hands data over. */
export class DatagramEchoes {
  /** The code of the error, `end` if all have come back, `nothing` while it goes on. */
  private ended = 'nothing';

  constructor(
    private readonly seed: number,
    private readonly random: Random,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Opens the port at a random moment, has datagrams sent back, and closes it. Never errors. */
  exchange({ nic }: VirtualModem): Observable<never> {
    const { seed, random, scheduler } = this;
    const port = new DatagramSocket(nic, { scheduler });
    const pause = (most: number) => defer(() => timer(random.integer(0, most), scheduler));
    const echo = (turn: number): Observable<unknown> => {
      const sent = payload(random.integer(1, 1_400), seed + turn);
      const returned$ = port.recv$(2_000).pipe(
        tap((got) => {
          if (!got.equals(sent)) throw new Error(`${digest(got)} came back of ${digest(sent)}`);
        }),
      );
      return concat(port.send$(sent), returned$, pause(600));
    };
    return concat(
      pause(5_000),
      port.connect$(['10.0.1.1', 53]),
      range(0, random.integer(1, 4)).pipe(concatMap(echo)),
      port.close$(),
    ).pipe(noteEnd((end) => (this.ended = end)));
  }

  /** What is wrong, if not all have come back. If the modem is reset, one may be lost. */
  fault(isReset: boolean): string | undefined {
    if (this.ended === 'end' || isReset) return undefined;
    return `the port for datagrams: ${this.ended}`;
  }
}
