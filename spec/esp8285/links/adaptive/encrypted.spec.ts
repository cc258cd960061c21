import { describe, expect, it } from '@jest/globals';
import { catchError, concat, concatMap, EMPTY, ignoreElements, merge, tap, timer, VirtualTimeScheduler } from 'rxjs';

import { payload } from '../../../../harness/soak/payload';
import { type Pause, reading, talking } from '../../../../harness/soak/transfer';
import type { Fault, FirmwareVersion } from '../../../../src/emulator';
import { Random } from '../../../../src/emulator/simulation/random';
import { virtualModem } from '../../../../src/testing';
import { DatagramSocket } from '../../../../src/usocket';

const host = '192.168.1.9';
/** What the modem does with data that wait when it is told to push. */
const habits: readonly (Fault | undefined)[] = [
  undefined,
  { kind: 'keep-waiting' },
  { kind: 'keep-waiting', overtake: true },
];

/** What became of a download: `'whole'`, the first difference, or the error. */
type Outcome = string;

/**
 * Downloads over an encrypted link and over another one, with readers that pause, so that the receive mode changes.
 *
 * @param hasPort Whether a port for datagrams is opened and closed meanwhile, which makes ESP-AT push.
 */
function download(firmware: FirmwareVersion, seed: number, hasPort: boolean) {
  const random = new Random(seed);
  const scheduler = new VirtualTimeScheduler(undefined, 300_000);
  const said = [443, 80].map((port) => payload(random.integer(4_000, 60_000), seed + port));
  const hosts = said.map((bytes, at) => [`${host}:${[443, 80][at]}`, () => talking(bytes, random, scheduler)] as const);
  const { emulator, nic, online$, socket } = virtualModem({
    scheduler,
    firmware,
    seed,
    baud: random.chance(0.3) ? 921_600 : 115_200,
    latency: 1,
    chunking: random.chance(0.5) ? 'whole' : random.integer(1, 300),
    interleave: random.chance(0.5) ? 0.25 : 1,
    hosts: Object.fromEntries(hosts),
  });
  const habit = habits[random.integer(0, 2)];
  if (habit) emulator.fault(habit);
  let switches = 0;
  nic.trace$.subscribe(({ text }) => {
    if (text.startsWith('AT+CIPRECVMODE=')) switches++;
  });
  const got: Buffer[][] = [[], []];
  const outcomes: Outcome[] = ['nothing', 'nothing'];
  const pausesOf = (most: number) =>
    Array.from({ length: random.integer(0, most) }, (): Pause => [
      random.integer(0, 30_000),
      random.integer(100, 3_000),
    ]).sort(([one], [other]) => one - other);
  const downloading = (at: number, isSlow: boolean) => {
    const client = socket({ receiveBuffer: isSlow ? random.integer(1_000, 40_000) : 200_000 });
    const pauses = pausesOf(isSlow ? 3 : 0);
    const options = at === 0 ? { tls: { verify: false } } : {};
    return client.connect$([host, at === 0 ? 443 : 80], options).pipe(
      concatMap(() => reading(client, pauses, random, scheduler)),
      tap({
        next: (chunk) => got[at]?.push(chunk),
        complete: () => {
          const bytes = Buffer.concat(got[at] ?? []);
          outcomes[at] = said[at]?.equals(bytes) ? 'whole' : `${bytes.length} bytes, of ${said[at]?.length}`;
        },
      }),
      ignoreElements(),
      catchError((error: unknown) => {
        outcomes[at] = String(error);
        return EMPTY;
      }),
    );
  };
  const port = new DatagramSocket(nic, { scheduler });
  const opened$ = concat(
    timer(random.integer(0, 4_000), scheduler),
    port.bind$(['0.0.0.0', 5_000]),
    timer(random.integer(0, 2_000), scheduler),
    port.close$(),
  ).pipe(ignoreElements());
  // AT 1.7 always pushes the data of an encrypted link, and its reader must have room for them.
  const begun$ = merge(downloading(0, firmware === '2.2.2'), downloading(1, true), hasPort ? opened$ : EMPTY);
  online$.pipe(concatMap(() => begun$)).subscribe({ error: (error: unknown) => outcomes.push(String(error)) });
  scheduler.flush();
  return { outcomes, switches };
}

describe.each([
  ['1.7.4', false],
  ['2.2.2', false],
  ['2.2.2', true],
] as const)(
  'an encrypted link at changes of the receive mode, AT %s, with a port for datagrams: %s',
  (firmware, hasPort) => {
    it('has all its data in order, and so has the link beside it', () => {
      let total = 0;
      for (let seed = 1_180; seed < 1_220; seed++) {
        const { outcomes, switches } = download(firmware, seed, hasPort);
        expect({ seed, outcomes }).toEqual({ seed, outcomes: ['whole', 'whole'] });
        total += switches;
      }
      expect(total).toBeGreaterThan(50);
    });
  },
);
