/** How the interface is doing. */
export interface Status {
  /** `starting`: being set up, at first and after each restart; `down`: lost or silent, see `error`. */
  readonly modem: 'starting' | 'up' | 'down' | 'closed';
  /** `joining`: associated, or about to be, and without an address; `up`: on a network, with an address. */
  readonly wifi: 'down' | 'joining' | 'up';
  /** Why the modem is down. */
  readonly error?: Error;
  /** The line is lost: milliseconds until the interface opens it again. Nothing is done by itself where it is missing. */
  readonly redialIn?: number;
}

export function sameStatus(one: Status, other: Status): boolean {
  // Each attempt is told.
  const isSameLoss = one.redialIn === other.redialIn && (one.redialIn === undefined || one.error === other.error);
  return one.modem === other.modem && one.wifi === other.wifi && isSameLoss;
}
