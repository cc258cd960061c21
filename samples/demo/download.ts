import { ignoreElements, lastValueFrom, map, merge, tap, throwError, timeout } from 'rxjs';
import { OSError, usocket } from 'rx-usocket';

import { HttpReply } from './httpReply';
import type { Meter } from './meter';

/** Milliseconds without a byte after which a download is given up. */
const patience = 15_000;

/**
 * Fetches a page over the modem.
 *
 * @param meter Counts the bytes that come, the header included.
 * @param onProgress Is called for each chunk, with the total number of bytes once the server has told it.
 */
export async function download(url: URL, meter: Meter, onProgress: (total?: number) => void): Promise<Buffer> {
  const sock = usocket.socket();
  try {
    sock.settimeout(30);
    const [[, , , , address]] = await usocket.getaddrinfo(url.hostname, Number(url.port || 80));
    await sock.connect(address);

    const silent = new OSError('ETIMEDOUT', 'recv', `${url.host} has sent nothing for ${patience / 1000} s`);
    const received$ = sock.data$.pipe(timeout({ each: patience, with: () => throwError(() => silent) }));
    const sent$ = sock.sendall$(`GET ${url.pathname}${url.search} HTTP/1.0\r\nHost: ${url.host}\r\n\r\n`);
    const reply = new HttpReply();
    // Subscribed before the request is sent: the first bytes may come before the modem confirms the request.
    const reply$ = merge(received$, sent$.pipe(ignoreElements())).pipe(
      tap((chunk) => {
        meter.count(chunk.length);
        reply.push(chunk);
        onProgress(reply.size);
      }),
      map(() => reply),
    );
    return (await lastValueFrom(reply$, { defaultValue: reply })).body;
  } finally {
    await sock.close();
  }
}
