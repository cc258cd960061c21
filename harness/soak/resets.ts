import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  first,
  from,
  ignoreElements,
  type Observable,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { Random } from '../../src/emulator/simulation/random';
import { OSError } from '../../src/usocket';
import { digest, payload } from './payload';
import { connected, joined, peerName, pacedModem } from './virtual';

export interface ResetsOptions {
  readonly seed: number;
  /** The number of resets for each firmware. */
  readonly moments: number;
  readonly firmwares?: readonly FirmwareVersion[];
  readonly print: (line: string) => void;
}

/** Bytes of a download, and of each piece that the peer sends. */
const downloadSize = 10_000;
const piece = 1000;
/** Milliseconds within which a reader must be told of a reset. */
const bound = 2000;

interface Outcome {
  readonly delivered: number;
  /** Milliseconds. */
  readonly heardAfter: number;
}

/**
 * Resets the modem in the middle of downloads, in virtual time.
 *
 * @returns Whether each reset was harmless: the delivered bytes are a prefix of what was sent, a reader that does not have
 *   everything fails with `ECONNRESET` in time, and the next socket works.
 */
export function resets({ seed, moments, firmwares = firmwareVersions, print }: ResetsOptions): boolean {
  let isFine = true;
  for (const firmware of firmwares) {
    const random = new Random(seed);
    const outcomes: Outcome[] = [];
    for (let moment = 0; moment < moments; moment++) {
      const after = random.between(0, downloadLength(firmware, seed + moment));
      try {
        outcomes.push(resetDuring(firmware, after, seed + moment));
      } catch (error) {
        isFine = false;
        print(`AT ${firmware}, reset ${after.toFixed(3)} ms after connect, seed ${seed + moment}: ${String(error)}`);
      }
    }
    const heard = outcomes.map(({ heardAfter }) => heardAfter);
    const delivered = outcomes.map(({ delivered: bytes }) => bytes);
    print(
      `AT ${firmware}: ${outcomes.length} of ${moments} resets harmless; ECONNRESET after at most ` +
        `${Math.max(...heard).toFixed(0)} ms; ${Math.min(...delivered)} to ${Math.max(...delivered)} bytes before it`,
    );
  }
  return isFine;
}

/** The duration of an undisturbed download, in milliseconds. */
function downloadLength(firmware: FirmwareVersion, seed: number): number {
  const { scheduler, download } = stand(firmware, seed);
  let begin = 0;
  let end = 0;
  download(() => (begin = scheduler.now())).subscribe(() => (end = scheduler.now()));
  scheduler.flush();
  if (end === begin) throw new Error(`AT ${firmware} downloads nothing`);
  return end - begin;
}

function resetDuring(firmware: FirmwareVersion, after: number, seed: number): Outcome {
  const { scheduler, said, download, modem } = stand(firmware, seed);
  let struck = 0;
  const strike = (): void => {
    struck = scheduler.now();
    modem.emulator.fault({ kind: 'reset' });
  };
  const chunks: Uint8Array[] = [];
  const end: { code?: string; at?: number; next?: Buffer } = {};
  const next$ = concat(
    // A download that was already on the line has not noticed the reset.
    timer(bound, scheduler).pipe(ignoreElements()),
    // The modem is set up again and joins its network.
    modem.nic.status$.pipe(
      first(({ wifi }) => wifi === 'up'),
      ignoreElements(),
    ),
    defer(() => joined(connected(modem.socket()).pipe(concatMap((socket) => socket.data$)))),
  );
  concat(
    download(() => scheduler.schedule(strike, after)).pipe(
      tap((chunk) => chunks.push(chunk)),
      catchError((error: unknown) => {
        end.code = error instanceof OSError ? error.code : String(error);
        end.at = scheduler.now();
        return EMPTY;
      }),
    ),
    next$.pipe(tap((bytes) => (end.next = bytes))),
  ).subscribe();
  scheduler.flush();
  const delivered = Buffer.concat(chunks);
  if (!delivered.equals(said.subarray(0, delivered.length))) throw new Error(`delivered ${digest(delivered)}`);
  const isWhole = delivered.length === said.length;
  if (end.code !== 'ECONNRESET' && !(isWhole && !end.code))
    throw new Error(`the reader heard ${end.code ?? 'nothing'}`);
  const heardAfter = (end.at ?? struck) - struck;
  if (heardAfter > bound) throw new Error(`the reader heard of it after ${heardAfter.toFixed(0)} ms`);
  if (!end.next?.equals(said)) throw new Error(`the next socket got ${end.next ? digest(end.next) : 'nothing'}`);
  return { delivered: delivered.length, heardAfter };
}

/** Makes a modem, and a download that begins when it is subscribed to. */
function stand(firmware: FirmwareVersion, seed: number) {
  const scheduler = new VirtualTimeScheduler();
  const said = payload(downloadSize, seed);
  const pieces = Array.from({ length: downloadSize / piece }, (_, index) =>
    said.subarray(index * piece, (index + 1) * piece),
  );
  const modem = pacedModem(firmware, { scheduler, seed, hosts: { [peerName]: () => from(pieces) } });
  const socket = modem.socket();
  const download = (begun: () => void): Observable<Uint8Array> =>
    modem.online$.pipe(
      concatMap(() => connected(socket)),
      tap(begun),
      concatMap(({ data$ }) => data$),
    );
  return { scheduler, said, download, modem };
}
