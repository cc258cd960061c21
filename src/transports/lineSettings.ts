import { OSError } from '../usocket/contract/osError';

/**
 * The wires DTR and RTS of a serial line, to which many boards have their reset and boot pins connected. A wire that is
 * asserted is low on a board's side.
 */
export interface ControlWires {
  /**
   * Whether DTR is asserted while the line is open. Unless told, it is as the operating system, or the serial server, makes
   * it: asserted. A port of this machine asserts both wires when it opens, and sets them as told some milliseconds later;
   * both at once, so that the usual circuit of a development board (a reset for DTR and RTS that differ) does nothing.
   */
  readonly dtr?: boolean;
  /** Whether RTS is asserted while the line is open, as {@link dtr}. Not together with `rtscts`, which has the wire. */
  readonly rts?: boolean;
  /**
   * Whether closing the line hangs up: DTR and RTS are no longer asserted then. `false` leaves them as they are, so that a
   * board that is reset by them runs on. Unless told: a port of this machine hangs up (`HUPCL`), a serial server does what
   * it is set up for. Not on Windows, which hangs up.
   */
  readonly hupcl?: boolean;
}

/** @throws `EINVAL` for wires that cannot be as they are asked for. */
export function checkWires(name: string, { rts, rtscts }: ControlWires & { readonly rtscts?: boolean }): void {
  if (rts === undefined || rtscts !== true) return;
  throw new OSError(
    'EINVAL',
    'open',
    `open ${name}: rts and rtscts: flow control has the RTS wire; leave one of them out`,
  );
}
