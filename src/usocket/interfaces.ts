import type { Nic } from './nic';
import { OSError } from './osError';

/** The network interfaces of a program, in the order in which they came up. The first is the default one. */
export class Interfaces {
  private registered: readonly Nic[] = [];

  /** The interface for a call that names none. `ENODEV` when there is none yet. */
  defaultFor(syscall: string): Nic {
    const [first] = this.registered;
    if (first === undefined) {
      throw new OSError(
        'ENODEV',
        syscall,
        `${syscall}: there is no network interface yet; make one with "await network.ESP8285(uart)"`,
      );
    }
    return first;
  }

  add(nic: Nic): void {
    this.registered = [...this.registered.filter((other) => other !== nic), nic];
  }

  remove(nic: Nic): void {
    this.registered = this.registered.filter((other) => other !== nic);
  }
}
