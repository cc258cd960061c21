import type { BridgedLine } from './bridge';
import type { Emulator } from './emulator';

/** The line to a virtual modem. Its CTS holds it whether or not the modem was told to use flow control. */
export function lineTo(emulator: Emulator): BridgedLine {
  return { uart: emulator.uart, hold: (held) => emulator.setClearToSend(!held) };
}
