import { finalize, Observable, type SchedulerLike } from 'rxjs';

import type { Uart } from '../../streams';

/** A scheduler whose timers keep the program running only as long as they are wanted to, as the timers of Node.js. */
type ReferableScheduler = SchedulerLike & Pick<Uart, 'ref' | 'unref'>;

/**
 * Says whether the line of a modem keeps the program running: while the program wants that of the interface, and while a
 * call or a link needs the modem.
 */
export class LineReference {
  private isWanted = true;
  private needs = 0;
  private isInForce = true;

  constructor(
    private readonly uart: Pick<Uart, 'ref' | 'unref'>,
    private readonly scheduler: ReferableScheduler,
  ) {}

  /** Whether the open interface by itself keeps the program running. */
  want(isWanted: boolean): void {
    this.isWanted = isWanted;
    this.apply();
  }

  /** Something needs the modem, until the returned function is called. */
  need(): () => void {
    let isOver = false;
    this.needs++;
    this.apply();
    return () => {
      if (isOver) return;
      isOver = true;
      this.needs--;
      this.apply();
    };
  }

  /** Cold. An operation that needs the modem until it ends. */
  during<T>(operation$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => operation$.pipe(finalize(this.need())).subscribe(subscriber));
  }

  private apply(): void {
    const isReferenced = this.isWanted || this.needs > 0;
    if (isReferenced === this.isInForce) return;
    this.isInForce = isReferenced;
    if (isReferenced) {
      this.uart.ref?.();
      this.scheduler.ref?.();
    } else {
      this.uart.unref?.();
      this.scheduler.unref?.();
    }
  }
}
