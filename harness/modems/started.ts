import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions, type Fault } from '../../src/emulator';
import { ESP8285, type ModemOptions, type TraceEvent } from '../../src/esp8285';
import type { Uart } from '../../src/streams';
import { letPass } from '../time/virtualTime';

/** An interface that has been started, and its modem. */
export interface Started {
  readonly emulator: Emulator;
  readonly nic: ESP8285;
  readonly trace: TraceEvent[];
  /** Milliseconds at which the interface was up, or `undefined`. */
  readonly up: () => number | undefined;
  readonly failure: () => unknown;
  /** Lets that many milliseconds pass. */
  readonly run: (milliseconds: number) => void;
  readonly notes: () => readonly string[];
  readonly commands: () => readonly string[];
}

interface StartOptions extends ModemOptions {
  readonly emulated?: EmulatorOptions;
  /** Prepares the modem before the interface is started. */
  readonly before?: (emulator: Emulator, run: (milliseconds: number) => void) => void;
  readonly line?: (uart: Uart) => Uart;
}

/** The time of each modem. */
const times = new WeakMap<Emulator, VirtualTimeScheduler>();

/** The time in which a modem of {@link started} lives. */
export function timeOf(emulator: Emulator): VirtualTimeScheduler {
  const scheduler = times.get(emulator);
  assert.ok(scheduler);
  return scheduler;
}

/** An interface on a virtual modem with a paced line, in virtual time; it is started and has 40 seconds. */
export function started({ emulated, before, line = (uart) => uart, ...options }: StartOptions): Started {
  const scheduler = new VirtualTimeScheduler();
  const run = (milliseconds: number) => letPass(scheduler, milliseconds);
  const stored = { ssid: 'my-ssid', key: 'my-password' };
  const emulator = createEmulator({ scheduler, baud: 115_200, stored, interleave: 0, ...emulated });
  emulator.setHostBaud(115_200);
  times.set(emulator, scheduler);
  before?.(emulator, run);
  const nic = new ESP8285(line(emulator.uart), { scheduler, ...options });
  const trace: TraceEvent[] = [];
  nic.trace$.subscribe((event) => trace.push(event));
  let up: number | undefined;
  let failure: unknown;
  const begun = scheduler.now();
  nic.start$().subscribe({
    next: () => (up = scheduler.now() - begun),
    error: (error: unknown) => (failure = error),
  });
  run(40_000);
  const texts = (kind: TraceEvent['kind']) => trace.filter((event) => event.kind === kind).map(({ text }) => text);
  return {
    emulator,
    nic,
    trace,
    up: () => up,
    failure: () => failure,
    run,
    notes: () => texts('note'),
    commands: () => texts('command'),
  };
}

/** The same line with other methods. */
export function replacing(uart: Uart, methods: Partial<Uart>): Uart {
  const line: Uart = Object.create(uart, Object.getOwnPropertyDescriptors(methods)) as Uart;
  return line;
}

/** A line that does something at each change of the modem's speed, before the modem hears it. */
export function atChange(act: (emulator: Emulator, changes: number) => void) {
  let emulator: Emulator | undefined;
  let changes = 0;
  const before = (made: Emulator): void => {
    emulator = made;
  };
  const line = (uart: Uart): Uart =>
    replacing(uart, {
      write: (bytes) => {
        if (emulator && String(bytes).startsWith('AT+UART_CUR=')) act(emulator, ++changes);
        return uart.write(bytes);
      },
    });
  return { before, line };
}

/** A line with a fault that strikes the first change of the speed. */
export const once = (fault: Fault) =>
  atChange((emulator, changes) => {
    if (changes === 1) emulator.fault(fault);
  });
