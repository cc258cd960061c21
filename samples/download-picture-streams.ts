/**
 * The download of download-picture.ts as streams. Progress, throughput and a clean end by Ctrl-C are one more operator each,
 * and the download itself does not know of them.
 *
 *     export RX_USOCKET_KEY=…
 *     npx tsx download-picture-streams.ts --port /dev/ttyUSB0 --ssid my-ssid
 *
 * Needs `npm install rx-usocket rxjs`. In a package with `"type": "module"`, Node.js 22.18 and later also runs it without `npx tsx`:
 * `node download-picture-streams.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { machine, network, usocket } from 'rx-usocket';
import {
  bufferTime,
  concat,
  concatMap,
  connect,
  finalize,
  fromEvent,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  type Observable,
  scan,
  switchMap,
  takeUntil,
  tap,
  timeout,
  toArray,
} from 'rxjs';

const { values: args } = parseArgs({
  options: {
    port: { type: 'string', default: '/dev/ttyUSB0' },
    baud: { type: 'string', default: '115200' },
    ssid: { type: 'string', default: 'Sipeed_2.4G' },
    key: { type: 'string', default: process.env['RX_USOCKET_KEY'] ?? '' },
    url: { type: 'string', default: 'http://dl.sipeed.com/MAIX/MaixPy/assets/Alice.bmp' },
    save: { type: 'string', default: 'Alice.bmp' },
  },
});
const url = new URL(args.url);

/** Emits the server's reply as it comes. Unsubscribing closes the connection. */
function get({ hostname, port, host, pathname, search }: URL): Observable<Buffer> {
  const request = `GET ${pathname}${search} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
  return usocket.getaddrinfo$(hostname, Number(port || 80)).pipe(
    switchMap(([[, , , , addr]]) => {
      const sock = usocket.socket();
      const connected$ = sock.connect$(addr).pipe(ignoreElements());
      const sent$ = sock.sendall$(request).pipe(ignoreElements());
      const received$ = sock.data$.pipe(timeout({ each: 5000 }));
      return concat(connected$, merge(received$, sent$)).pipe(finalize(() => void sock.close()));
    }),
  );
}

function showProgress(chunks$: Observable<Buffer>): Observable<never> {
  return chunks$.pipe(
    bufferTime(1000),
    map((chunks) => Buffer.concat(chunks).length),
    scan(({ received }, rate) => ({ received: received + rate, rate }), { received: 0, rate: 0 }),
    tap(({ received, rate }) => console.log(`${received} bytes, ${rate} in this second`)),
    ignoreElements(),
  );
}

function savePicture(chunks$: Observable<Buffer>): Observable<string> {
  return chunks$.pipe(
    toArray(),
    concatMap(async (chunks) => {
      const reply = Buffer.concat(chunks);
      const [status] = reply.toString('latin1').split('\r\n', 1);
      if (!status?.includes(' 200 ')) throw new Error(`${url.href}: the server says ${status ?? 'nothing'}`);
      await writeFile(args.save, reply.subarray(reply.indexOf('\r\n\r\n') + 4));
      return `saved to ${args.save}`;
    }),
  );
}

async function main(): Promise<void> {
  const uart = new machine.UART(args.port, Number(args.baud));
  const nic = await network.ESP8285(uart);
  try {
    nic.status$.subscribe(({ modem, wifi }) => console.log(`modem ${modem}, Wi-Fi ${wifi}`));
    await nic.connect(args.ssid, args.key);

    const download$ = get(url).pipe(
      connect((chunks$) => merge(showProgress(chunks$), savePicture(chunks$))),
      takeUntil(fromEvent(process, 'SIGINT')),
    );
    console.log(await lastValueFrom(download$, { defaultValue: 'cancelled, nothing saved' }));
  } finally {
    await nic.close(); // also closes the serial line, which would keep the process running
  }
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exit(1);
});
