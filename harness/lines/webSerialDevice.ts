import { from, fromEvent, lastValueFrom, type Subscription, takeUntil } from 'rxjs';

import type { Uart } from '../../src/streams';
import type { WebSerialOptions, WebSerialPort } from '../../src/web-serial';

/** What a test does with the device behind a port. */
export interface DeviceOptions {
  /** Is told of the settings with which the port is opened. Throws for what the port refuses. */
  readonly opened?: (settings: WebSerialOptions) => void;
  /** The order in which a page hears of a device that is unplugged. */
  readonly unplugged?: 'event first' | 'error first';
}

/**
 * A port with the shape and the rules of the Web Serial API, over real streams of the Web, and a line in place of the USB
 * device: its `rx$` is what the page reads.
 *
 * @see https://wicg.github.io/serial/#serialport-interface
 */
export class WebSerialDevice extends EventTarget implements WebSerialPort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  /** The signals as they were set last. */
  signals: object = {};

  private isOpen = false;
  private bytes: ReadableStreamDefaultController<Uint8Array> | undefined;
  private output: WritableStreamDefaultController | undefined;
  private receiving: Subscription | undefined;
  private waiting = Buffer.alloc(0);

  constructor(
    private readonly line: Pick<Uart, 'rx$' | 'write'>,
    private readonly options: DeviceOptions = {},
  ) {
    super();
  }

  /** The ids of a CP2102. */
  getInfo(): { usbVendorId: number; usbProductId: number } {
    return { usbVendorId: 0x10c4, usbProductId: 0xea60 };
  }

  async open(settings: WebSerialOptions): Promise<void> {
    if (this.isOpen) throw new DOMException('The port is already open.', 'InvalidStateError');
    await Promise.resolve(this.options.opened?.(settings));
    this.isOpen = true;
    this.readable = this.inputStream();
    this.writable = this.outputStream();
    this.receiving = this.line.rx$.subscribe({
      next: (chunk) => {
        this.waiting = Buffer.concat([this.waiting, chunk]);
        this.deliver();
      },
      error: () => this.unplug(),
    });
  }

  async setSignals(signals: object): Promise<void> {
    this.signals = await Promise.resolve(signals);
  }

  async close(): Promise<void> {
    if (!this.isOpen) throw new DOMException('The port is already closed.', 'InvalidStateError');
    if (this.readable?.locked || this.writable?.locked)
      throw new TypeError('Cannot close a port with a locked stream.');
    await Promise.all([this.readable?.cancel(), this.writable?.abort()]);
    this.release();
  }

  /** An error of the line after which it goes on, as a buffer that has overflowed: the port gets a new stream. */
  disturb(name: string): void {
    this.bytes?.error(new DOMException('The line is disturbed.', name));
    this.readable = this.inputStream();
  }

  /** Pulls the plug. */
  unplug(): void {
    const lost = new DOMException('The device has been lost.', 'NetworkError');
    const tell = (): unknown => this.dispatchEvent(new Event('disconnect'));
    if (this.options.unplugged === 'event first') tell();
    this.release();
    this.bytes?.error(lost);
    this.output?.error(lost);
    if (this.options.unplugged !== 'event first') queueMicrotask(tell);
  }

  private release(): void {
    this.isOpen = false;
    this.receiving?.unsubscribe();
    this.readable = this.writable = null;
  }

  private inputStream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.bytes = controller),
        pull: () => this.deliver(),
      },
      { highWaterMark: 0 },
    );
  }

  private outputStream(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      start: (controller) => void (this.output = controller),
      write: async (chunk, controller) => {
        // Node's types lack the signal.
        const { signal } = controller as unknown as { readonly signal: AbortSignal };
        const aborted$ = fromEvent(signal, 'abort');
        await lastValueFrom(from(this.line.write(chunk)).pipe(takeUntil(aborted$)), { defaultValue: undefined });
      },
    });
  }

  /** Hands over what waits, if the page has asked for it. */
  private deliver(): void {
    if (this.waiting.length === 0 || (this.bytes?.desiredSize ?? -1) < 0 || !this.readable) return;
    const chunk = this.waiting;
    this.waiting = Buffer.alloc(0);
    this.bytes?.enqueue(chunk);
  }
}
