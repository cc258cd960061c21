import {
  concatMap,
  forkJoin,
  ignoreElements,
  interval,
  map,
  merge,
  take,
  takeWhile,
  tap,
  VirtualTimeScheduler,
} from 'rxjs';

import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import type { Talk } from '../../src/testing';
import { digest, payload } from './payload';
import { connected, peerName, pacedModem } from './virtual';

/** Bytes that are sent; meanwhile `drop` bytes arrive every `pause` milliseconds, which is 2 KB/s. */
const upload = 60_000;
const drop = 200;
const pause = 100;

/**
 * Receives 2 KB/s while it sends 60 KB at 115200 baud, in virtual time.
 *
 * @returns Whether both arrived whole.
 */
export function bothWays({ seed, print }: { readonly seed: number; readonly print: (line: string) => void }): boolean {
  const areWhole = firmwareVersions.map((firmware) => {
    const { sent, heard, came, got, seconds } = sendWhileReceiving(firmware, seed);
    const isWhole = heard.equals(sent) && got.equals(came);
    print(
      `AT ${firmware}: ${upload} bytes sent in ${seconds.toFixed(1)} s while ${came.length} came: ` +
        (isWhole ? 'both whole' : `heard ${digest(heard)} of ${digest(sent)}, got ${digest(got)} of ${digest(came)}`),
    );
    return isWhole;
  });
  return areWhole.every(Boolean);
}

function sendWhileReceiving(firmware: FirmwareVersion, seed: number) {
  const scheduler = new VirtualTimeScheduler();
  const sent = payload(upload, seed);
  const heard: Buffer[] = [];
  const came: Buffer[] = [];
  let got: Buffer = Buffer.alloc(0);
  let seconds = 0;
  const talk: Talk = (sent$) => {
    let left = upload;
    const coming$ = interval(pause, scheduler).pipe(
      map((count) => payload(drop, seed + count)),
      tap((bytes) => came.push(bytes)),
    );
    const hearing$ = sent$.pipe(
      tap((bytes) => {
        heard.push(bytes);
        left -= bytes.length;
      }),
    );
    return merge(coming$, hearing$.pipe(ignoreElements())).pipe(
      // Includes the first emission after the last byte.
      takeWhile(() => left > 0, true),
    );
  };
  const { online$, socket } = pacedModem(firmware, { scheduler, seed, hosts: { [peerName]: talk } });
  online$
    .pipe(
      concatMap(() => connected(socket())),
      concatMap((client) => {
        const begun = scheduler.now();
        return forkJoin([
          client.sendall$(sent).pipe(tap(() => (seconds = (scheduler.now() - begun) / 1000))),
          client.read$().pipe(tap((bytes) => (got = bytes ?? got))),
        ]);
      }),
      take(1),
    )
    .subscribe();
  scheduler.flush();
  return { sent, heard: Buffer.concat(heard), came: Buffer.concat(came), got, seconds };
}
