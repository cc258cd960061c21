import { BehaviorSubject, EMPTY, map, merge, NEVER, type Observable, Subject, switchMap, takeUntil } from 'rxjs';

import type { Readiness, Uart } from '../../../src/streams';

/** How a line with a fault behaves, by the speed of this end. Text has one character for each byte. */
export interface LineFault {
  /** What comes for a write; nothing by default. */
  readonly answer?: (said: string, baud: number) => string | undefined;
  /** What comes by itself, from the opening or a change of speed on. */
  readonly unasked$?: (baud: number) => Observable<string>;
}

/** Makes a line by hand that has a fault, at 115200 baud. */
export function faultyLine({ answer = () => undefined, unasked$ = () => NEVER }: LineFault): Uart {
  const speed = new BehaviorSubject(115_200);
  const answers = new Subject<string>();
  const closed = new Subject<void>();
  const readiness$ = new BehaviorSubject<Readiness>({ readable: false, writable: true, error: false, hangup: false });
  return {
    rx$: merge(answers, speed.pipe(switchMap(unasked$))).pipe(
      map((text) => Buffer.from(text, 'latin1')),
      takeUntil(closed),
    ),
    readiness$,
    get baudRate() {
      return speed.value;
    },
    setBaudRate: (baud) => {
      speed.next(baud);
      return EMPTY;
    },
    write: (bytes) => {
      const said = Buffer.from(bytes).toString('latin1');
      const answered = answer(said, speed.value);
      if (answered !== undefined) answers.next(answered);
      return EMPTY;
    },
    close: () => {
      closed.next();
      return EMPTY;
    },
  };
}
