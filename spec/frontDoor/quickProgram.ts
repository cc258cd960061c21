import { createModules, type Uart } from '../../src';
import { createEmulator, type EmulatorOptions } from '../../src/emulator';

/** A virtual modem that loses no time on joining a network. */
export const quick: EmulatorOptions = { latency: 0.01, interleave: 0, latencies: { join: [1, 1], address: [1, 1] } };

/** A program with modules of its own, over one quick virtual modem whose line is written down. */
export async function quickProgram(options: EmulatorOptions) {
  const emulator = createEmulator({ ...quick, ...options });
  const written: Buffer[] = [];
  const uart: Uart = {
    rx$: emulator.uart.rx$,
    readiness$: emulator.uart.readiness$,
    write: (bytes) => {
      written.push(Buffer.from(bytes));
      return emulator.uart.write(bytes);
    },
    close: () => emulator.uart.close(),
  };
  const { network, usocket } = createModules();
  const nic = await network.ESP8285(uart);
  return {
    nic,
    emulator,
    usocket,
    /** How many bytes have been written. */
    written: () => Buffer.concat(written).length,
    [Symbol.asyncDispose]: () => nic.close(),
  };
}
