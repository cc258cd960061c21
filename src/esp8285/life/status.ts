/**
 * How the interface is doing.
 *
 *     nic.status$.subscribe(({ modem, wifi }) => console.log(`modem: ${modem}, Wi-Fi: ${wifi}`));
 */
export interface Status {
  /** `starting`: it is being set up, at first and after each restart; `down`: it is lost or silent, see `error`. */
  readonly modem: 'starting' | 'up' | 'down' | 'closed';
  /** `joining`: it joins a network, or has no address there yet; `up`: it is on a network and has an address. */
  readonly wifi: 'down' | 'joining' | 'up';
  /** Why the modem is down. */
  readonly error?: Error;
  /** The line is lost: milliseconds until the interface opens it again. Left out when it does not do so by itself. */
  readonly redialIn?: number;
}

/** Whether two statuses are equal. Each further attempt to open the line makes a new status. */
export function sameStatus(one: Status, other: Status): boolean {
  const isSameLoss = one.redialIn === other.redialIn && (one.redialIn === undefined || one.error === other.error);
  return one.modem === other.modem && one.wifi === other.wifi && isSameLoss;
}
