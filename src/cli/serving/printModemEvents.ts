import { distinct, filter, map, type Subscription } from 'rxjs';

import type { Emulator, EmulatorEvent } from '../../emulator';

/**
 * Prints the events of a virtual modem, one line each: all events with the seconds since this call, or only the hints
 * about what the modem could not do, each once.
 */
export function printModemEvents(
  { events$ }: Emulator,
  isVerbose: boolean,
  print: (line: string) => void,
): Subscription {
  const since = Date.now();
  const timed = ({ at, text }: EmulatorEvent): string => `${((at - since) / 1000).toFixed(3).padStart(8)} ${text}`;
  if (isVerbose) {
    return events$.pipe(map(timed)).subscribe({ next: print, error: () => undefined });
  }
  const hints$ = events$.pipe(
    filter(({ kind }) => kind === 'hint'),
    map(({ text }) => text),
    distinct(),
  );
  return hints$.subscribe({ next: print, error: () => undefined });
}
