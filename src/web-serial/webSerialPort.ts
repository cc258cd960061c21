/**
 * The part of a `SerialPort` of the Web Serial API that a line uses. The ports of `navigator.serial` have this type. It is
 * written out here, because the published types need the types of a browser, which a program for Node.js does not have.
 *
 * @see https://wicg.github.io/serial/#serialport-interface
 */
export interface WebSerialPort {
  /** The stream of received bytes, while the port is open. After an error of the line there is a new one. */
  readonly readable: ReadableStream<Uint8Array> | null;
  /** The stream for bytes to send, while the port is open. */
  readonly writable: WritableStream<Uint8Array> | null;
  /** Opens the port with these settings. Rejects with a `DOMException` if it is open already or another program has it. */
  open(options: WebSerialOptions): Promise<void>;
  /** Sets DTR and RTS, which many boards connect to their reset and boot pins. What is left out stays as it is. */
  setSignals(signals: { readonly dataTerminalReady?: boolean; readonly requestToSend?: boolean }): Promise<void>;
  /** Tells which USB device it is. Both numbers are missing for a port of another kind. */
  getInfo(): {
    /** The number of the maker. */
    readonly usbVendorId?: number | undefined;
    /** The number of the product. */
    readonly usbProductId?: number | undefined;
  };
  /** Closes the port. Its streams must not be locked. */
  close(): Promise<void>;
  /** Listens for `disconnect`: the device has been unplugged. */
  addEventListener(type: 'disconnect', listener: () => void): void;
  /** Removes a listener of `disconnect`. */
  removeEventListener(type: 'disconnect', listener: () => void): void;
}

/** What `open` of a {@link WebSerialPort} takes. */
export interface WebSerialOptions {
  /** Bits per second. */
  baudRate: number;
  /** Data bits of each character. */
  dataBits?: 7 | 8;
  /** The parity bit of each character. */
  parity?: 'none' | 'even' | 'odd';
  /** Stop bits after each character. */
  stopBits?: 1 | 2;
  /** `'hardware'`: each side stops the other one by its RTS signal. */
  flowControl?: 'none' | 'hardware';
  /** The size of the buffers of the browser, in bytes. */
  bufferSize?: number;
}

/** The name of a port for messages: its USB vendor and product, which are all that a browser tells of it. */
export function nameOf(port: WebSerialPort): string {
  const { usbVendorId: vendor, usbProductId: product } = port.getInfo();
  if (vendor === undefined || product === undefined) return 'serial port';
  const hex = (id: number): string => id.toString(16).padStart(4, '0');
  return `serial port ${hex(vendor)}:${hex(product)}`;
}
