import { readSync, writeSync } from 'node:fs';
import { types } from 'node:util';

import { distinctUntilChanged, noop, type Observable, of, type SchedulerLike, Subscription } from 'rxjs';

import type { ReadWait } from './readWait';
import { settleAtOnce } from './settleAtOnce';
import { type AnyPort, type PortDetails, type PortSettings, systemBinding } from './systemBinding';

/** A port of Linux or macOS: a file that never blocks, and what tells when it can be read or written. */
type UnixPort = Extract<AnyPort, { readonly poller: unknown }>;

/** What a `SerialPortStream` needs of a binding. */
interface Binding {
  list(): Promise<PortDetails[]>;
  open(settings: PortSettings): Promise<AnyPort | DirectPort>;
}

/** Milliseconds between two looks at a port that does not keep the program running. */
const glance = 10;

/** The events of the binding's poller, which can be added. */
const readable = 1;
const writable = 2;
const disconnect = 4;

/** The errors of a file that nothing can be read from, or written to, now. */
const laterCodes = new Set<unknown>(['EAGAIN', 'EWOULDBLOCK', 'EINTR']);

/** How the ports of a {@link directBinding} are read. */
export interface DirectBindingOptions {
  /** How long a read waits for more bytes. */
  readonly wait: ReadWait;
  /** The scheduler of that time. */
  readonly scheduler: SchedulerLike;
  /** Called when the port has hung up, which may happen while nothing is read. */
  readonly hungUp: (cause: Error) => void;
  /** Whether the open port keeps the program running; replays the current state. Default: it does. */
  readonly referenced$?: Observable<boolean>;
}

/**
 * The binding of this machine, for a `SerialPortStream`. Ports of Linux and macOS are read and written in the event loop itself:
 * a read waits until there are bytes, and then takes them. The binding's own read (@serialport/bindings-cpp 13, `unixRead`)
 * tries first, fails, waits and tries again, each time in a thread of the pool. Its own write also needs a thread, and while
 * it waits for room, nothing is read. Ports of Windows are used as they are, but see {@link settleAtOnce}.
 */
export function directBinding(options: DirectBindingOptions, binding: Binding = systemBinding): Binding {
  return {
    list: () => binding.list(),
    open: async (settings) => {
      const port = await binding.open(settings);
      return 'poller' in port ? new DirectPort(port, options) : settleAtOnce(port);
    },
  };
}

/** What a caller of the binding waits for. */
interface Pending<T> {
  readonly buffer: Buffer;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

interface Read extends Pending<{ buffer: Buffer; bytesRead: number }> {
  readonly offset: number;
  readonly length: number;
}

interface Write extends Pending<void> {
  /** Bytes that have been written. */
  written: number;
}

class DirectPort {
  private reading: Read | undefined;
  private writing: Write | undefined;
  /** The last write. */
  private written = Promise.resolve();
  /** The wait before a read; closed when there is none. */
  private waiting = Subscription.EMPTY;
  /** Whether the poller may be used. */
  private isPolled = true;
  /** What is polled for; `undefined` when the poller has decided that. */
  private polled: number | undefined;
  private isLost = false;
  private isReferenced = true;
  private readonly life = new Subscription();
  /** The looks at the port while nothing is polled for; closed when there are none. */
  private glancing = Subscription.EMPTY;

  constructor(
    private readonly port: UnixPort,
    private readonly options: DirectBindingOptions,
  ) {
    this.on('readable', (error) => {
      if (error) {
        this.failRead(error);
        return;
      }
      if (this.waiting.closed) this.tryToRead();
      // Otherwise the next read polls, in the same turn of the loop.
      if (this.reading) this.poll();
    });
    this.on('writable', (error) => {
      if (error) {
        this.failWrite(error);
        return;
      }
      this.tryToWrite();
      this.poll();
    });
    this.on('disconnect', (error) => {
      this.isLost = true;
      if (this.isPolled) options.hungUp(error ?? new Error('hung up'));
    });
    const { referenced$ = of(true) } = options;
    this.life.add(
      referenced$.pipe(distinctUntilChanged()).subscribe({
        next: (isReferenced) => this.setReferenced(isReferenced),
        error: noop,
      }),
    );
  }

  get openOptions(): UnixPort['openOptions'] {
    return this.port.openOptions;
  }

  get isOpen(): boolean {
    return this.port.isOpen;
  }

  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    return new Promise((resolve, reject) => {
      this.reading = { buffer, offset, length, resolve, reject };
      const { milliseconds } = this.options.wait;
      if (milliseconds > 0) {
        this.waiting = this.options.scheduler.schedule(() => {
          this.waiting.unsubscribe();
          this.tryToRead();
          if (this.reading) this.poll();
        }, milliseconds);
      }
      this.poll();
    });
  }

  write(buffer: Buffer): Promise<void> {
    this.written = new Promise((resolve, reject) => {
      this.writing = { buffer, written: 0, resolve, reject };
      if (!this.tryToWrite()) this.poll();
    });
    return this.written;
  }

  close(): Promise<void> {
    this.waiting.unsubscribe();
    this.glancing.unsubscribe();
    this.life.unsubscribe();
    // Closing stops the poller, which tells its listeners. One that polled again would crash the process.
    this.isPolled = false;
    const closed = this.port.close();
    const canceled = Object.assign(new Error('the port has been closed'), { canceled: true });
    this.failRead(canceled);
    this.failWrite(canceled);
    // The binding never frees a poller (@serialport/bindings-cpp 13), which would keep the 64 KB buffer of each closed port.
    this.port.poller.removeAllListeners();
    return closed;
  }

  async update(options: { readonly baudRate: number }): Promise<void> {
    await this.port.update(options);
    this.options.wait.setBaudRate(options.baudRate);
  }

  set(signals: Parameters<UnixPort['set']>[0]): Promise<void> {
    return this.port.set(signals);
  }

  get(): ReturnType<UnixPort['get']> {
    return this.port.get();
  }

  getBaudRate(): ReturnType<UnixPort['getBaudRate']> {
    return this.port.getBaudRate();
  }

  flush(): Promise<void> {
    return this.port.flush();
  }

  async drain(): Promise<void> {
    await this.written;
    await this.port.drain();
  }

  /**
   * Listens to the poller. When a promise is settled in a call of the poller, Node.js 26.4 and later do not run what waits for it
   * until something else runs (node-serialport issue 3148). So an immediate handles each event.
   */
  private on(event: 'readable' | 'writable' | 'disconnect', handle: (error: Error | null) => void): void {
    // Not `once`, which would forget what else is polled for.
    this.port.poller.on(event, (error: Error | null) => {
      setImmediate(() => {
        this.polled = undefined;
        handle(error);
      });
    });
  }

  /** Takes the bytes that are there. Without any, the read goes on. */
  private tryToRead(): void {
    const { reading } = this;
    const { fd } = this.port;
    if (!reading || fd === null) return;
    const { buffer, offset, length, resolve } = reading;
    try {
      const bytesRead = readSync(fd, buffer, offset, length, null);
      // A terminal that has hung up gives no bytes, again and again.
      if (bytesRead === 0) throw new Error('hung up');
      this.reading = undefined;
      this.options.wait.took(bytesRead);
      resolve({ buffer, bytesRead });
    } catch (error) {
      if (!isLater(error)) this.failRead(error);
    }
  }

  /** Writes as much as there is room for, and returns whether that is all. The rest waits for more room. */
  private tryToWrite(): boolean {
    const { writing } = this;
    const { fd } = this.port;
    if (!writing || fd === null) return true;
    const { buffer } = writing;
    try {
      if (writing.written < buffer.length) writing.written += writeSync(fd, buffer, writing.written);
      if (writing.written < buffer.length) return false;
      this.writing = undefined;
      writing.resolve();
    } catch (error) {
      if (isLater(error)) return false;
      this.failWrite(error);
    }
    return true;
  }

  /**
   * An active poller keeps the program running, and the binding has no way to change that. So the port is looked at now and
   * then instead, by timers of the scheduler, which its owner can unreference.
   */
  private setReferenced(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
    this.glancing.unsubscribe();
    this.poll();
    if (isReferenced) return;
    const look = () => {
      if (this.waiting.closed) this.tryToRead();
      this.tryToWrite();
    };
    this.glancing = this.options.scheduler.schedule(function () {
      look();
      this.schedule(undefined, glance);
    }, glance);
  }

  /**
   * Polls for what is waited for now. Each call replaces what was polled for before. After an event, the poller goes on
   * with everything that it has ever been asked for, even if nobody waits for it.
   */
  private poll(): void {
    if (!this.isPolled) return;
    const isReading = this.reading !== undefined && this.waiting.closed;
    const wanted = (isReading ? readable : 0) + (this.writing ? writable : 0) + (this.isLost ? 0 : disconnect);
    const events = this.isReferenced ? wanted : 0;
    if (events === this.polled) return;
    this.polled = events;
    this.port.poller.poll(events);
  }

  private failRead(error: unknown): void {
    this.reading?.reject(error);
    this.reading = undefined;
  }

  private failWrite(error: unknown): void {
    this.writing?.reject(error);
    this.writing = undefined;
  }
}

/** Whether nothing can be read or written now. */
function isLater(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && laterCodes.has(error.code);
}
