import { createInterface } from 'node:readline';

import { filter, firstValueFrom, fromEvent, merge, type Observable } from 'rxjs';
import type { ESP8285 } from 'rx-usocket';
import type { Emulator } from 'rx-usocket/emulator';
import { watch } from 'rx-usocket/watch';

/** A page that watches the demonstration. */
export interface Watching {
  /** On a terminal, keeps the page until it is no longer wanted. */
  end(): Promise<void>;
}

/**
 * Lets a page watch a modem. On a terminal, opens it in the browser, and waits until it is there.
 *
 * @param emulator The modem, if it is a virtual one, so that the page can give it faults.
 */
export async function startWatching(nic: ESP8285, emulator?: Emulator): Promise<Watching> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const watched = await watch(nic, { name: 'npm start', open: isTerminal, ...(emulator && { emulator }) });
  console.log(`\nWatch it at ${watched.url}`);
  if (isTerminal) {
    console.log('Waiting for the page. Enter goes on without it.');
    await untilEnterOr(watched.pages$.pipe(filter((count) => count > 0)));
  }
  return {
    async end() {
      if (isTerminal) {
        console.log('\nThe page shows what it has seen as long as this program runs. Ctrl-C or Enter ends it.');
        await untilEnterOr(fromEvent(process, 'SIGINT'));
      }
      await watched.close();
    },
  };
}

/** Waits for Enter, for the end of the input (Ctrl-D), or for something else. */
async function untilEnterOr(other$: Observable<unknown>): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  try {
    await firstValueFrom(merge(fromEvent(lines, 'line'), fromEvent(lines, 'close'), other$));
  } finally {
    lines.close();
  }
}
