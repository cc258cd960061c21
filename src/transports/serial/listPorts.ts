import { listFailure } from './serialErrors';
import { systemBinding } from './systemBinding';

/** A serial port of this machine, as the operating system describes it. */
export interface PortDescription {
  /** What to open: `'/dev/ttyUSB0'`, `'COM3'`. */
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** The vendor and the product of a USB adapter, each four hexadecimal digits. */
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

/**
 * Lists the serial ports of this machine.
 *
 * Rejects with `EACCES` when the program may not load the compiled module of serial ports, `EIO` when that module cannot be
 * loaded, and otherwise with the error of the operating system's tool.
 */
export async function listPorts(): Promise<readonly PortDescription[]> {
  return await systemBinding.list().catch((cause: unknown) => {
    throw listFailure(cause);
  });
}
