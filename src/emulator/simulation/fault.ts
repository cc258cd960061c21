/** Something that goes wrong in a virtual modem or on its line. Times are in milliseconds. */
export type Fault =
  /** The chip restarts: noise, then `ready`, which `loseReady` hides in the noise. Only the flash is kept. */
  | { readonly kind: 'reset'; readonly loseReady?: boolean }
  /** The supply voltage drops: `bytes` bytes of garbage (default 64), then a reset. */
  | { readonly kind: 'brown-out'; readonly bytes?: number }
  /** The watchdog fires: its message, then a reset. */
  | { readonly kind: 'watchdog' }
  /** The next `bytes` bytes (default 1) from one side are lost, after `after` good ones. */
  | { readonly kind: 'lose'; readonly bytes?: number; readonly after?: number; readonly from?: 'modem' | 'host' }
  /** The next `bytes` bytes (default 1) from one side have a bit flipped, after `after` good ones. */
  | { readonly kind: 'flip'; readonly bytes?: number; readonly after?: number; readonly from?: 'modem' | 'host' }
  /**
   * From now on the line is too weak for speeds above this one, in bits per second (default 115 200): one byte in `every`
   * has a bit flipped, on average (default 50), from one side or from both (the default).
   */
  | { readonly kind: 'marginal'; readonly above?: number; readonly every?: number; readonly from?: 'modem' | 'host' }
  /** Every line is answered with `busy p...`, for this time or until a reset. */
  | { readonly kind: 'busy'; readonly for?: number }
  /** Nothing comes from the modem and nothing reaches it, for this time or until a reset. */
  | { readonly kind: 'silence'; readonly for?: number }
  /** The access point goes away, for this time or until a reset. Links close at once, after a second, or survive. */
  | { readonly kind: 'wifi-lost'; readonly for?: number; readonly links?: 'close' | 'late' | 'keep' }
  /** DHCP stops, for this time or until a reset: the modem stays associated without an address, and its links close. */
  | { readonly kind: 'dhcp-lost'; readonly for?: number }
  /** The prompt of the next send is lost, and the modem forgets the command. */
  | { readonly kind: 'lose-prompt' }
  /** The next command is carried out, and its whole answer is lost. */
  | { readonly kind: 'lose-reply' }
  /** The next command is carried out, and the line that ends its answer is lost, or replaced by these words. */
  | { readonly kind: 'lose-result'; readonly as?: string }
  /** Passive receive: the next notice of waiting data is lost, as with the data of a new client on ESP-AT 2.1. */
  | { readonly kind: 'lose-notice' }
  /**
   * From now until a reset, turning passive receive off does not hand over what waits in TCP links: it stays until it is
   * read in passive receive. Later data wait after it; with `overtake`, they are pushed before it. No document says what
   * real firmware does.
   */
  | { readonly kind: 'keep-waiting'; readonly overtake?: boolean }
  /** The `CLOSED` of the next peer that closes is lost. */
  | { readonly kind: 'lose-closed' }
  /** The chip restarts inside the next block of data, after this many bytes of its payload (default: half of it). */
  | { readonly kind: 'cut-block'; readonly after?: number }
  /** The next send ends in `SEND FAIL`; with `thenOk` in `SEND OK` too, because an internal resend succeeds. */
  | { readonly kind: 'send-fail'; readonly thenOk?: boolean }
  /** A line of the firmware's log leaks to the host before each passive read, for this time or until a reset. */
  | { readonly kind: 'log-leak'; readonly for?: number }
  /** The cable is pulled out: the host's line fails with `ENODEV`. */
  | { readonly kind: 'unplug' };

/** A {@link Fault} with the time at which it happens. */
export type ScheduledFault = Fault & {
  /** Milliseconds after the virtual modem was made. */
  readonly at: number;
};
