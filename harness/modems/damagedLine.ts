import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator';
import { ESP8285, type ModemOptions } from '../../src/esp8285';
import { Socket } from '../../src/usocket';
import { OSError } from '../../src/usocket/contract/osError';
import { answering } from './answeringNetwork';
import { letPass } from '../time/virtualTime';

/** What a socket has received, and how it ended. */
export interface Outcome {
  readonly sent: string;
  readonly received: string;
  /** `'end'`, the code of an error, or `'nothing'` for a socket that still waits. */
  readonly ended: string;
}

/** What a peer sends, and when. After its last part a peer ends. */
type Part = readonly [at: number, peer: number, data: string];

export interface DamagedLineOptions extends ModemOptions {
  readonly emulated: EmulatorOptions;
  readonly parts: readonly Part[];
  /** Causes the damage, once two sockets are connected. */
  readonly damage?: (emulator: Emulator, scheduler: VirtualTimeScheduler) => void;
}

/** Milliseconds within which everything must end. */
const patience = 60_000;

/** Runs two sockets on a virtual modem whose line is damaged, in virtual time. */
export function converse({ emulated, parts, damage, ...options }: DamagedLineOptions): {
  readonly outcomes: readonly Outcome[];
  /** The number of bytes that the modem has printed meanwhile, without the lost ones. */
  readonly printed: number;
} {
  const scheduler = new VirtualTimeScheduler(undefined, patience);
  const peers = [new Subject<Buffer>(), new Subject<Buffer>()];
  let connected = 0;
  const emulator = createEmulator({
    scheduler,
    network: answering(() => peers[connected++] ?? NEVER),
    baud: 115_200,
    latency: 0,
    interleave: 0,
    stored: { ssid: 'my-ssid', key: 'my-password' },
    ...emulated,
  });
  const nic = new ESP8285(emulator.uart, { scheduler, ...options });
  nic.start$().subscribe();
  letPass(scheduler, 5_000);

  const outcomes = peers.map((_, peer) => {
    const outcome = { sent: '', received: '', ended: 'nothing' };
    const socket = new Socket(nic, { scheduler });
    socket.connect$(['127.0.0.1', 80]).subscribe();
    letPass(scheduler, 500);
    socket.data$.subscribe({
      next: (data) => (outcome.received += data.toString('latin1')),
      error: (error: unknown) => (outcome.ended = error instanceof OSError ? error.code : String(error)),
      complete: () => (outcome.ended = 'end'),
    });
    outcome.sent = parts
      .filter(([, of]) => of === peer)
      .map(([, , data]) => data)
      .join('');
    return outcome;
  });

  let printed = 0;
  emulator.uart.rx$.subscribe({ next: ({ length }) => (printed += length), error: () => undefined });
  damage?.(emulator, scheduler);
  for (const [at, peer, data] of parts) {
    const isLast = !parts.some(([later, of]) => of === peer && later > at);
    scheduler.schedule(() => {
      peers[peer]?.next(Buffer.from(data, 'latin1'));
      if (isLast) peers[peer]?.complete();
    }, at);
  }
  letPass(scheduler, patience);
  nic.close$().subscribe();
  emulator.close();
  return { outcomes, printed };
}
