import { distinct, filter, map, type Subscription } from 'rxjs';

import type { Emulator, EmulatorEvent } from '../emulator';

/**
 * Prints what goes on in a virtual modem, a line for each: with seconds from now in front when all of it is wanted, else
 * only what a program has asked of it in vain, once each.
 */
export function watch({ events$ }: Emulator, isVerbose: boolean, print: (line: string) => void): Subscription {
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
