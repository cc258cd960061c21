import { basename } from 'node:path';
import type { Observable } from 'rxjs';

import type { ESP8285 } from '../esp8285';
import { type Emulator, faultArguments } from '../emulator';
import { Admission, hostRefusal } from '../loopback/admission';
import { servePageSockets } from '../loopback/pageSockets';
import { ProgramTime } from '../system/programTime';
import { callError } from '../usocket/contract/osError';
import { ifPromise } from '../usocket/contract/promiseOf';
import { watchProtocol } from './events/messages';
import { observe } from './events/observe';
import { atExit } from './serve/atExit';
import { openBrowser } from './serve/openBrowser';
import { servePage } from './serve/pageServer';
import { answersOf } from './serve/requests';
import { WatchedProgram } from './serve/watchedProgram';

/** Where {@link watch} serves the page, and what the page can see and do. */
export interface WatchOptions {
  /** The port of 127.0.0.1 to listen on. Default 0: any free one. */
  readonly port?: number;
  /** The name of the program, which the page shows. Default: the name of its file. */
  readonly name?: string;
  /** How many events are kept for pages that come later, or that are slow. Default: 10,000. */
  readonly history?: number;
  /**
   * The virtual modem of the interface, if it is in this process, as `uart.emulator` of the line `emulator:`. The page shows
   * what it does, and can give it faults.
   */
  readonly emulator?: Emulator | undefined;
  /** Opens the page in the browser of this machine. Default: `false`. */
  readonly open?: boolean;
}

/** The page of an interface, while it is served: its address, its visitors, and its end. */
export interface Watched {
  /** The address of the page. It contains a token, without which nobody can watch. */
  readonly url: string;
  /** Replays how many pages are attached. Completes when this is closed. */
  readonly pages$: Observable<number>;
  /** Hangs up on the pages, and listens no more. Resolves when the port is free. Closing twice is not an error. */
  close(): Promise<void>;
}

/** The longest request of a page, in bytes. */
const longestRequest = 64 << 10;

/**
 * Shows an interface in a page of a browser, while the program runs: what is said on the line, what the sockets do, how the
 * links are. It listens on 127.0.0.1, and `url` is the address of the page.
 *
 *     const watched = await watch(nic);
 *     console.log(`Watch it at ${watched.url}`);
 *
 * The page sees what has happened since this call, as far as it is kept. A page that is too slow misses events, and says
 * how many. Payloads are sent to a page that asks for them, and keys never. When the interface is closed, the pages are told
 * so, and can still be looked at. Being watched does not keep the program running.
 *
 * Rejects with `EADDRINUSE` or the like when it cannot listen, with `EINVAL` for what is no interface of a modem, and with a
 * `RangeError` for a port or a history that is none.
 */
export async function watch(nic: ESP8285, options: WatchOptions = {}): Promise<Watched> {
  const { port = 0, name = basename(process.argv[1] ?? 'node'), history = 10_000, emulator, open = false } = options;
  checkNic(nic);
  if (!Number.isSafeInteger(history) || history < 1) {
    throw new RangeError(`history is a number of events from 1 up, not ${history}`);
  }
  const scheduler = new ProgramTime();
  scheduler.unref();
  const admission = new Admission();
  const page = await servePage({ port });
  const program = new WatchedProgram({
    events: (payloads$) => observe(nic, { payloads$, scheduler, ...(emulator && { emulator }) }),
    hello: { kind: 'hello', name, ...(emulator && { faults: faultArguments }) },
    answers: answersOf(nic, emulator),
    history,
    scheduler,
  });
  const sockets = servePageSockets({
    server: page.server,
    path: '/program',
    protocol: watchProtocol,
    longestMessage: longestRequest,
    refusal: (request) => hostRefusal(request) ?? admission.refusal(request),
  });
  sockets.on('connection', (socket) => program.attach(socket));
  // What led to the end of the process is what one wants to see.
  const forgetExit = atExit((code) => program.exit(code));
  const url = `${page.url}#program=${admission.token}`;
  if (open) {
    await openBrowser(url).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error));
    });
  }
  return {
    url,
    pages$: program.pages$,
    async close() {
      forgetExit();
      program.close();
      for (const client of sockets.clients) {
        client.close(1001, 'the program is not watched any more');
        // A page that does not read is not waited for.
        client.terminate();
      }
      sockets.close();
      await page.close();
    },
  };
}

function checkNic(nic: unknown): void {
  if (typeof nic === 'object' && nic !== null && 'trace$' in nic) return;
  throw callError('watch', 'EINVAL', `nic is the interface of a modem, from network.ESP8285()${ifPromise(nic)}`);
}
