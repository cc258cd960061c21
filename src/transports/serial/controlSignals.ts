import {
  BehaviorSubject,
  combineLatest,
  concatMap,
  filter,
  map,
  type Observable,
  queueScheduler,
  ReplaySubject,
  subscribeOn,
  take,
} from 'rxjs';

import type { Transport } from '../line/transportUart';

/**
 * The part of a port that sets its signals. It is declared here, because with the type of `serialport` a user's
 * compiler would check that package.
 */
export interface SignalPort {
  once(event: 'open', listener: () => void): unknown;
  set(signals: { readonly dtr: boolean; readonly rts: boolean }, done: (error: Error | null) => void): unknown;
}

/** Sets the signals DTR and RTS before anything is sent: bytes would be lost on a board that they hold in reset. */
export function withSignals(
  transport: Transport,
  port: SignalPort,
  { dtr = true, rts = true }: { readonly dtr?: boolean | undefined; readonly rts?: boolean | undefined },
): Transport {
  const ready = new BehaviorSubject(false);
  const notices = new ReplaySubject<string>(1);
  const { setBaudRate } = transport;
  // What is asked because the port is ready comes after all that waits for that already.
  const whenReady = (operation: () => Observable<never>): Observable<never> =>
    ready.pipe(filter(Boolean), take(1), concatMap(operation), subscribeOn(queueScheduler));
  port.once('open', () => {
    // Both in one step, because boards react when the two differ. Opening the port has asserted both, by default.
    port.set({ dtr, rts }, (error) => {
      if (error) notices.next(`${transport.name}: the signals DTR and RTS cannot be set here (${error.message})`);
      queueScheduler.schedule(() => ready.next(true));
    });
  });
  return {
    ...transport,
    notices$: notices.asObservable(),
    writable$: combineLatest([transport.writable$, ready]).pipe(map(([one, other]) => one && other)),
    send: (bytes) => whenReady(() => transport.send(bytes)),
    ...(setBaudRate && { setBaudRate: (baudRate: number) => whenReady(() => setBaudRate(baudRate)) }),
  };
}
