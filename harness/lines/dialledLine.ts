import {
  BehaviorSubject,
  concatMap,
  defer,
  EMPTY,
  merge,
  type Observable,
  of,
  ReplaySubject,
  type SchedulerLike,
  switchMap,
  throwError,
} from 'rxjs';

import type { Readiness, Uart } from '../../src/streams';
import type { ScriptedModem } from '../../src/testing';

/** A line that can be lost and opened again. */
export interface DialledLine {
  readonly uart: Uart;
  /** The times of the attempts to open it again, in milliseconds. */
  readonly dialled: number[];
  /** Makes the line fail with this error. */
  readonly lose: (error: Error) => void;
}

const open: Readiness = { readable: false, writable: true, hangup: false, error: false };

/**
 * Makes a line to the first of the modems. Each time it is opened again, it leads to the next one. An error in the place of
 * a modem makes that attempt fail with it.
 */
export function dialledLine(scheduler: SchedulerLike, ...modems: readonly (ScriptedModem | Error)[]): DialledLine {
  const dialled: number[] = [];
  let at = 0;
  const lineTo = (modem: ScriptedModem | Error | undefined) => {
    const loss = new ReplaySubject<never>(1);
    const readiness = new BehaviorSubject<Readiness>(open);
    const lose = (error: Error): void => {
      readiness.next({ ...open, writable: false, hangup: true, error: true });
      loss.error(error);
    };
    if (modem === undefined || modem instanceof Error) lose(modem ?? new Error('no more modems'));
    return { modem: modem instanceof Error ? undefined : modem, loss, readiness, lose };
  };
  const current = new BehaviorSubject(lineTo(modems[0]));
  const rx$: Observable<Uint8Array> = defer(() => {
    const { modem, loss } = current.value;
    return merge(loss, modem?.uart.rx$ ?? EMPTY);
  });
  return {
    dialled,
    lose: (error) => {
      current.value.lose(error);
    },
    uart: {
      rx$,
      readiness$: current.pipe(switchMap(({ readiness }) => readiness)),
      write: (bytes) =>
        defer(() => {
          const { modem, readiness, loss } = current.value;
          return readiness.value.error || !modem ? loss : modem.uart.write(bytes);
        }),
      reopen: () =>
        defer(() => {
          dialled.push(scheduler.now());
          const next = modems[++at];
          return of(next).pipe(
            concatMap((modem) => {
              if (modem instanceof Error || modem === undefined) return throwError(() => modem);
              current.next(lineTo(modem));
              return EMPTY;
            }),
          );
        }),
      close: () => EMPTY,
    },
  };
}
