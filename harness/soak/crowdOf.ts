import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  repeat,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import type { Fault, FirmwareVersion } from '../../src/emulator';
import { Random } from '../../src/emulator/simulation/random';
import type { VirtualModem } from '../../src/testing';
import { DatagramSocket } from '../../src/usocket';
import { habits } from '../modems/switchingLine';
import { digest } from './payload';
import { Side } from './side';
import { pacedModem } from './virtual';

/** Milliseconds of virtual time after which a run is stuck. */
const patience = 1_500_000;
/** Milliseconds of virtual time in which something goes wrong. */
const faultTime = 8_000;
const port = 5_000;

const faults: readonly (Fault | undefined)[] = [
  undefined,
  undefined,
  { kind: 'reset' },
  { kind: 'send-fail' },
  { kind: 'send-fail', thenOk: true },
  { kind: 'busy', for: 3_000 },
];

/** AT 1.7 may forget the last bytes of a connection when it gives its number to a client, and says so. */
const forgotten = /the modem lost (?:its last \d+ bytes|what it had not announced)/;

export interface CrowdResult {
  /** How many connections there were. */
  readonly sides: number;
  /** What happened to the modem. */
  readonly told: string;
  readonly problems: readonly string[];
}

/** Runs one crowd: up to five links at once, chosen by the seed. */
export function crowdOf(firmware: FirmwareVersion, seed: number): CrowdResult {
  const random = new Random(seed);
  const scheduler = new VirtualTimeScheduler(undefined, patience);
  const [[, habit], fault] = [habits[random.integer(0, 2)]!, faults[random.integer(0, faults.length - 1)]];
  const connections = random.integer(1, 3);
  const clients = random.chance(0.4) ? random.integer(1, 2) : 0;
  const hasDatagrams = random.chance(0.3) && connections + clients < 5;
  const encrypted = random.chance(0.25) ? random.integer(0, connections - 1) : -1;
  const sides = Array.from({ length: connections + clients }, (_, index) => {
    const kind = index >= connections ? 'client' : index === encrypted ? 'encrypted' : 'connection';
    return new Side({ kind, firmware, salt: 10 * seed + (kind === 'client' ? connections : index) });
  });
  const chosen = sides.filter(({ kind }) => kind !== 'client');
  const modem = pacedModem(firmware, {
    scheduler,
    seed,
    baud: random.chance(0.3) ? 921_600 : random.chance(0.1) ? 0 : 115_200,
    chunking: random.chance(0.5) ? 'whole' : random.integer(1, 300),
    interleave: random.chance(0.5) ? 0.25 : 1,
    hosts: Object.fromEntries(
      chosen.map((side, index) => [`${addressOf(index)}:80`, { talk: side.talk(scheduler), delay: side.delay }]),
    ),
    datagrams: { '10.0.1.1:53': (asked$) => asked$ },
  });
  if (habit) modem.emulator.fault(habit);
  const connecting = chosen.map((side, index) =>
    side.connect(modem.socket({ receiveBuffer: side.receiveBuffer }), [addressOf(index), 80], scheduler),
  );
  const begin = () => {
    if (fault) scheduler.schedule(() => modem.emulator.fault(fault), random.between(0, faultTime));
    const waiting = sides.filter(({ kind }) => kind === 'client');
    const datagrams$ = hasDatagrams ? exchangeDatagrams(modem, random, scheduler) : EMPTY;
    return merge(serving(waiting, modem, random, scheduler), datagrams$, ...connecting);
  };
  const problems: string[] = [];
  modem.online$.pipe(concatMap(begin)).subscribe({
    error: (error: unknown) => problems.push(error instanceof Error ? error.message : 'it has failed'),
  });
  scheduler.flush();
  for (const [index, side] of sides.entries()) {
    const found = problemsOf(side, firmware, fault);
    if (found.length > 0) problems.push(`${side.kind} ${index}: ${found.join('; ')}`);
  }
  return { sides: sides.length, told: `${JSON.stringify(fault ?? {})}, ${JSON.stringify(habit ?? {})}`, problems };
}

function addressOf(index: number): string {
  return `10.0.0.${index + 1}`;
}

/** Listens, and uses the connections of the clients. */
function serving(
  clients: readonly Side[],
  { socket, connectClient }: VirtualModem,
  random: Random,
  scheduler: VirtualTimeScheduler,
): Observable<never> {
  if (clients.length === 0) return EMPTY;
  const waiting = [...clients];
  const server = socket({ receiveBuffer: clients[0]?.receiveBuffer ?? 0 });
  const accepted$ = defer(() => server.accept$()).pipe(
    repeat(clients.length),
    mergeMap(([accepted]) => waiting.shift()?.use(accepted, scheduler) ?? EMPTY),
  );
  const coming$ = clients.map((client, index) =>
    defer(() => timer(1 + index * random.integer(300, 3_000), scheduler)).pipe(
      concatMap(() => {
        connectClient(port, client.talk(scheduler));
        return EMPTY;
      }),
      // The modem may be starting again.
      catchError(() => EMPTY),
    ),
  );
  const listening$ = concat(server.bind$(['0.0.0.0', port]), server.listen$(5)).pipe(ignoreElements());
  return concat(listening$, merge(accepted$, ...coming$)).pipe(catchError(() => EMPTY));
}

/** Opens a port for datagrams at a random moment, for a while, which changes how ESP-AT hands data over. */
function exchangeDatagrams({ nic }: VirtualModem, random: Random, scheduler: VirtualTimeScheduler): Observable<never> {
  const datagrams = new DatagramSocket(nic, { scheduler });
  return concat(
    timer(random.integer(0, 5_000), scheduler),
    datagrams.connect$(['10.0.1.1', 53]),
    datagrams.send$('hi'),
    datagrams.recv$(10),
    timer(random.integer(0, 3_000), scheduler),
    datagrams.close$(),
  ).pipe(
    ignoreElements(),
    catchError(() => EMPTY),
  );
}

/** Says what is wrong with the outcome of a connection. */
function problemsOf(side: Side, firmware: FirmwareVersion, fault: Fault | undefined): readonly string[] {
  const { said, sends, received, sent, socket, message } = side;
  const [got, heard] = [Buffer.concat(side.got), Buffer.concat(side.heard)];
  const isReset = fault?.kind === 'reset';
  // A modem that starts again or is busy may refuse a connection, or never tell of a client.
  if (socket === undefined && (isReset || fault?.kind === 'busy')) return [];
  // A close that crosses the end of the connection strikes the client that has got its number meanwhile.
  if (side.kind === 'client' && received === 'end' && got.length + heard.length === 0) return [];
  const mayFail = isReset || fault?.kind === 'send-fail';
  const problems: string[] = [];
  const expect = (isSo: boolean, what: string): void => {
    if (!isSo) problems.push(what);
  };
  expect(got.equals(said.subarray(0, got.length)), `got ${digest(got)}, not a beginning of ${digest(said)}`);
  expect(heard.equals(sends.subarray(0, heard.length)), `the peer got ${digest(heard)} of ${digest(sends)}`);
  expect(received !== 'nothing' && sent !== 'nothing', `hangs: received ${received}, sent ${sent}`);
  if (mayFail) {
    const codes = /^(?:end|nothing|E(?:IO|CONNRESET|TIMEDOUT|NETDOWN|PIPE|NOTCONN))$/;
    expect(codes.test(received) && codes.test(sent), `received ${received}, sent ${sent}: ${message}`);
    // The failure of the connection is told once, as on BSD.
    const isTold = received !== 'end' || sent !== 'end';
    expect(isTold || got.length === said.length, `the end comes after ${got.length} of ${said.length} bytes`);
    // With ESP-AT, the stack of the modem has the bytes, and a reset loses them.
    const isStacked = firmware === '2.2.2' && isReset;
    expect(isStacked || (socket?.bytesAcknowledged ?? 0) <= heard.length, 'more acknowledged than the peer got');
  } else if (!(firmware === '1.7.4' && forgotten.test(message))) {
    expect(received === 'end' && sent === 'end', `received ${received}, sent ${sent}: ${message}`);
    expect(got.length === said.length, `got ${got.length} of ${said.length} bytes`);
    expect(heard.length === sends.length, `the peer got ${heard.length} of ${sends.length} bytes`);
  }
  return problems;
}
