import { Inspectable, type Shown } from '../streams';
import type { Nic } from './contract/nic';
import { callError } from './contract/osError';

/** The network interfaces of a program, in the order in which they came up. The first one that is not lost is the default. */
export class Interfaces extends Inspectable {
  private usable: readonly Nic[] = [];
  private lost: readonly Nic[] = [];
  /** Whether an interface has been closed. */
  private isOneClosed = false;

  /** Returns the interface for a call that names none. Throws `ENODEV` when there is none yet, or none any more. */
  defaultFor(syscall: string): Nic {
    // Where only lost ones are left, the call fails with the reason why the first of them was lost.
    const nic = this.usable[0] ?? this.lost[0];
    if (nic !== undefined) return nic;
    const reason = this.isOneClosed
      ? 'the network interface has been closed; make another one'
      : 'there is no network interface yet; make one';
    throw callError(syscall, 'ENODEV', `${reason} with "await network.ESP8285(uart)"`);
  }

  /** Adds an interface that has come up. One that is known keeps its place. */
  add(nic: Nic): void {
    this.lost = this.lost.filter((other) => other !== nic);
    if (!this.usable.includes(nic)) this.usable = [...this.usable, nic];
  }

  /** Puts an interface that no longer answers after the others. {@link add} brings it back. */
  lose(nic: Nic): void {
    this.forget(nic);
    this.lost = [...this.lost, nic];
  }

  /** Removes an interface that is closed. */
  remove(nic: Nic): void {
    this.forget(nic);
    this.isOneClosed = true;
  }

  private forget(nic: Nic): void {
    this.usable = this.usable.filter((other) => other !== nic);
    this.lost = this.lost.filter((other) => other !== nic);
  }

  /** All interfaces, the default one first. */
  get all(): readonly Nic[] {
    return [...this.usable, ...this.lost];
  }

  /** `<interfaces all=[<esp8285 …>, <host …>]>` */
  protected override shown(): readonly [string, Shown] {
    return ['interfaces', { all: this.all.map((nic) => (nic instanceof Inspectable ? nic : nic.name)) }];
  }
}
