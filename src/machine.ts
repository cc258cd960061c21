import { type Observable, type ObservableInput } from 'rxjs';

import { createEmulator, type EmulatorOptions } from './emulator';
import type { Readiness, Uart } from './streams';
import { openUart, type OpenUartOptions } from './transports';

export interface UARTOptions extends Omit<OpenUartOptions, 'baudRate'> {
  /** For `emulator:`, how the virtual modem is to be: its firmware, its networks, the hosts that it reaches. */
  readonly emulator?: Omit<EmulatorOptions, 'baud'>;
}

/**
 * A serial line, open from the start.
 *
 *     new machine.UART('/dev/ttyUSB0', 115200)
 *     new machine.UART('tcp://192.168.1.9:3000')                  // a raw TCP serial server
 *     new machine.UART('rfc2217://192.168.1.9:2217', 115200)      // ser2net, with the speed set from here
 *     new machine.UART('emulator:', 115200)                       // a virtual modem, paced as a real one would be
 *
 * What goes wrong is the error of {@link UART.rx$}: `ENODEV` no such port or unplugged, `EACCES`, `EBUSY`.
 */
export class UART implements Uart {
  readonly rx$: Observable<Uint8Array>;
  readonly readiness$: Observable<Readiness>;

  private readonly line: Uart;

  /**
   * @param port A device, or one of the URLs above.
   * @param baudRate Bits per second. Default: 115200.
   */
  constructor(port: string, baudRate = 115_200, { emulator, ...options }: UARTOptions = {}) {
    this.line =
      port === 'emulator:'
        ? createEmulator({ ...emulator, baud: baudRate }).uart
        : openUart(port, { baudRate, ...options });
    this.rx$ = this.line.rx$;
    this.readiness$ = this.line.readiness$;
  }

  write(bytes: Uint8Array): ObservableInput<unknown> {
    return this.line.write(bytes);
  }

  close(): ObservableInput<unknown> {
    return this.line.close();
  }
}
