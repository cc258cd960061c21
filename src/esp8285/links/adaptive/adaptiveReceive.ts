import {
  BehaviorSubject,
  catchError,
  concatMap,
  EMPTY,
  ignoreElements,
  Observable,
  type SchedulerLike,
  Subject,
  tap,
} from 'rxjs';

import type { Executor } from '../../executor/executor';
import { chooseWay, type Pace } from './receivePolicy';
import { pullExchange, pushExchange, type SwitchParts } from './receiveSwitch';

/**
 * A reader with less room than this is behind, because that much may be under way: the TCP window of the modem, and what
 * its UART buffers. What comes until the modem has been told to hold data back is kept besides.
 */
const reserve = 8_192;
/** A reader with this much room has caught up, or with three quarters of what it had at most. */
const plenty = 4 * reserve;

/** A reader, as far as its room tells how it keeps up. */
interface Reader {
  pace: Pace;
  mostRoom: number;
}

export interface AdaptiveReceiveOptions extends SwitchParts {
  readonly executor: Pick<Executor, 'runAhead'>;
  readonly scheduler: SchedulerLike;
}

/**
 * Chooses how received data come. The modem pushes them while all readers keep up, which spares a command for each block.
 * As soon as one is behind, the modem holds the data of all links back, and the others are pulled meanwhile.
 */
export class AdaptiveReceive {
  /** Changes the receive mode; emits nothing. The owner subscribes once. */
  readonly adapting$: Observable<never>;

  private readonly readers = new Map<number, Reader>();
  private readonly pace = new BehaviorSubject<Pace>('caught-up');
  private readonly data = new Subject<void>();
  private isDistrusted = false;

  constructor({ executor, scheduler, ...parts }: AdaptiveReceiveOptions) {
    let wanted = 0;
    const { receiveMode } = parts;
    this.adapting$ = chooseWay({ pace$: this.pace, way$: receiveMode.way$, data$: this.data, scheduler }).pipe(
      tap(() => wanted++),
      // While one switch is made, another one may be wanted. The last one is made after it.
      concatMap((way, index) => {
        if (index + 1 < wanted) return EMPTY;
        const exchange =
          way === 'pulled'
            ? pullExchange({ ...parts, ...this.reason() })
            : pushExchange({ ...parts, why: 'all that has come is read' });
        return executor.runAhead(exchange).pipe(catchError(() => EMPTY));
      }),
      ignoreElements(),
    );
  }

  /** Passes on the room of a link's reader, and watches it while it is subscribed to. */
  watch(link: number, room$: Observable<number>): Observable<number> {
    return new Observable<number>((subscriber) => {
      const reader: Reader = { pace: 'caught-up', mostRoom: 0 };
      this.readers.set(link, reader);
      subscriber.add(() => {
        if (this.readers.get(link) === reader) this.readers.delete(link);
        this.compare();
      });
      subscriber.add(
        room$.subscribe({
          next: (room) => {
            subscriber.next(room);
            reader.mostRoom = Math.max(reader.mostRoom, room);
            const pace = paceOf(room, reader.mostRoom);
            const isChanged = pace !== reader.pace;
            reader.pace = pace;
            if (isChanged) this.compare();
            this.data.next();
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
        }),
      );
    });
  }

  /** The line has lost data. What is pushed may get lost unnoticed, so all data are pulled from now on. */
  distrust(): void {
    this.isDistrusted = true;
    this.compare();
  }

  private compare(): void {
    const paces = [...this.readers.values()].map(({ pace }) => pace);
    const isOneBehind = this.isDistrusted || paces.includes('behind');
    const pace = isOneBehind ? 'behind' : paces.includes('between') ? 'between' : 'caught-up';
    if (pace !== this.pace.value) this.pace.next(pace);
  }

  private reason(): { readonly why: string; readonly link?: number | undefined } {
    if (this.isDistrusted) return { why: 'the line has lost data' };
    const link = [...this.readers].find(([, { pace }]) => pace === 'behind')?.[0];
    return { why: 'the program does not read what has come', link };
  }
}

function paceOf(room: number, mostRoom: number): Pace {
  if (room < reserve) return 'behind';
  return room >= Math.max(reserve, Math.min(0.75 * mostRoom, plenty)) ? 'caught-up' : 'between';
}
