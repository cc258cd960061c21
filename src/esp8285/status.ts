/** How the interface is doing. */
export interface Status {
  /** `starting`: being set up, at first and after each restart; `down`: lost or silent, see `error`. */
  readonly modem: 'starting' | 'up' | 'down' | 'closed';
  /** `joining`: associated, or about to be, and without an address; `up`: on a network, with an address. */
  readonly wifi: 'down' | 'joining' | 'up';
  /** Why the modem is down. */
  readonly error?: Error;
}
