import { OSError } from '../../usocket/contract/osError';

/** The default speed of a line, in bits per second. */
export const defaultBaudRate = 115_200;
/** The highest value of the four bytes of RFC 2217. */
const highestBaudRate = 0xffff_ffff;

/** Speed, framing, flow control and control signals of a serial line. */
export interface SerialSettings {
  /** Bits per second, the same as the modem's. Default: 115200. */
  readonly baudRate?: number;
  /** Data bits of each character. Default: 8. */
  readonly dataBits?: 5 | 6 | 7 | 8;
  /** The parity bit of each character. Default: `'none'`. */
  readonly parity?: 'none' | 'odd' | 'even';
  /** Stop bits after each character. Default: 1. */
  readonly stopBits?: 1 | 1.5 | 2;
  /**
   * Hardware flow control: each side stops the other one by its RTS signal. The modem has to be set up for it as well.
   * Default: false.
   */
  readonly rtscts?: boolean;
  /**
   * Whether DTR is asserted while the line is open. Many boards connect it to their reset or boot pin, and an asserted
   * signal is low. Default: the operating system or the serial server decides, and usually asserts it.
   *
   * A port of this machine asserts DTR and RTS when it opens, and sets them some milliseconds later, both at once: the
   * usual circuit of a development board, which resets the chip while the two differ, then does nothing.
   */
  readonly dtr?: boolean;
  /** Whether RTS is asserted while the line is open, as with `dtr`. Not together with `rtscts`, which uses the signal. */
  readonly rts?: boolean;
  /**
   * Whether closing the line hangs up, which means that DTR and RTS are no longer asserted. With `false` they stay as
   * they are, so that a board that they reset goes on running. Default: a port of this machine hangs up (`HUPCL`), a
   * serial server does what it is configured to do. Windows always hangs up.
   */
  readonly hupcl?: boolean;
}

/** Throws `EINVAL` for an invalid speed, and for control signals that contradict flow control. */
export function checkSerialSettings(name: string, { baudRate = defaultBaudRate, rts, rtscts }: SerialSettings): void {
  checkBaudRate(`open ${name}`, baudRate);
  if (rts === undefined || rtscts !== true) return;
  const message = `open ${name}: rts and rtscts: flow control uses the RTS signal; leave one of them out`;
  throw new OSError('EINVAL', 'open', message);
}

/** Throws `EINVAL` for an invalid speed. */
export function checkBaudRate(call: string, baudRate: number): void {
  if (Number.isInteger(baudRate) && baudRate > 0 && baudRate <= highestBaudRate) return;
  throw new OSError('EINVAL', 'open', `${call}: ${baudRate} is not a baud rate; try ${defaultBaudRate}`);
}
