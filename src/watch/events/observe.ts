import {
  asyncScheduler,
  connect,
  defer,
  EMPTY,
  endWith,
  identity,
  ignoreElements,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  takeUntil,
} from 'rxjs';

import type { Emulator } from '../../emulator';
import type { ESP8285 } from '../../esp8285';
import { switchOnChange } from '../../streams';
import { states } from './states';
import type { WatchEvent } from './watchEvent';

/** What {@link observe} needs beside the interface. */
export interface ObserveOptions {
  /** Whether to tell the bytes that go over the line, too. Default: never. */
  readonly payloads$?: Observable<boolean>;
  /** The virtual modem of the interface, whose own reports are told, too. */
  readonly emulator?: Pick<Emulator, 'events$'>;
  /** The clock of the states. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Tells what happens between a modem and its sockets. Cold: it listens only while it is subscribed to. To see the
 * set-up of the modem, subscribe before the interface starts.
 *
 *     const nic = new ESP8285(uart);
 *     observe(nic).subscribe((event) => console.log(event));
 *     await nic.start();
 *
 * The first event is the state. When the interface is closed, or its line is lost for good, the last state is told, and
 * the stream completes. It never errors. No event contains the key of a network.
 */
export function observe(nic: ESP8285, options: ObserveOptions = {}): Observable<WatchEvent> {
  const { payloads$ = EMPTY, emulator, scheduler = asyncScheduler } = options;
  return defer(() => {
    const end$ = nic.trace$.pipe(ignoreElements(), endWith(undefined));
    const said$ = nic.trace$.pipe(map((event): WatchEvent => ({ type: 'said', ...event })));
    const virtual$ = (emulator?.events$ ?? EMPTY).pipe(
      map(({ at: time, kind, text }): WatchEvent => ({ type: 'virtual', time, kind, text })),
    );
    const call$ = nic.sockets.calls$.pipe(map((step): WatchEvent => ({ type: 'call', ...step })));
    const bytes$ = payloads$.pipe(
      switchOnChange(identity, (areShown) => (areShown ? nic.bytes$ : EMPTY)),
      map((piece): WatchEvent => ({ type: 'bytes', ...piece })),
    );
    return merge(said$, merge(bytes$, call$, virtual$).pipe(takeUntil(end$)));
  }).pipe(connect((event$) => merge(event$, states(nic, event$, scheduler))));
}
