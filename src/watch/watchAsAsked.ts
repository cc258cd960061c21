import { first, firstValueFrom, noop } from 'rxjs';

import type { Emulator } from '../emulator';
import type { ESP8285 } from '../esp8285';
import { watch, type Watched, type WatchOptions } from './watch';

/** The interfaces that are watched because the environment asks for it. */
const watchedOnes = new Set<WatchedInterface>();

interface WatchedInterface {
  readonly nic: ESP8285;
  readonly watched: Watched;
  /** Whether the modem has ever been set up. */
  wasUp: boolean;
}

/**
 * Watches an interface as the environment asks for it, and prints the address of the page to standard error. Never rejects,
 * because the program is to run in any case.
 *
 * @param wanted `'1'` for a port that is free, or a port. If that is taken, another one is.
 */
export async function watchAsAsked(nic: ESP8285, wanted: string, emulator?: Emulator): Promise<void> {
  await closeThoseOver();
  const asked = Number(wanted);
  if (!Number.isInteger(asked) || asked < 1 || asked > 65_535) {
    say(`RX_USOCKET_WATCH is 1, or a port from 2 to 65535, and not "${wanted}"; the program is not watched`);
    return;
  }
  try {
    const watched = await watchAt(nic, { port: asked === 1 ? 0 : asked, emulator });
    const entry: WatchedInterface = { nic, watched, wasUp: false };
    nic.status$.pipe(first(({ modem }) => modem === 'up')).subscribe({
      next: () => (entry.wasUp = true),
      // It is closed without having been up.
      error: noop,
    });
    watchedOnes.add(entry);
    say(`watch the program at ${watched.url}`);
  } catch (error) {
    say(`the program is not watched: ${String(error)}`);
  }
}

/** Another process of the program, or another interface, may have the port. */
function watchAt(nic: ESP8285, options: WatchOptions): Promise<Watched> {
  return watch(nic, options).catch((error: unknown) => {
    if (options.port !== 0 && (error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      return watchAt(nic, { ...options, port: 0 });
    throw error;
  });
}

/** A program may make interfaces again and again. Those that are over, and that no page looks at, need no server. */
async function closeThoseOver(): Promise<void> {
  for (const entry of [...watchedOnes]) {
    const { nic, watched, wasUp } = entry;
    const { modem } = await firstValueFrom(nic.status$);
    const isOver = modem === 'closed' || (modem === 'down' && !wasUp);
    // It completes without a number when another interface has closed it meanwhile.
    if (!isOver || (await firstValueFrom(watched.pages$, { defaultValue: 0 })) > 0) continue;
    watchedOnes.delete(entry);
    await watched.close();
  }
}

function say(text: string): void {
  process.stderr.write(`rx-usocket: ${text}\n`);
}
