import { from, lastValueFrom, Observable, type SchedulerLike, takeUntil, timer } from 'rxjs';

import type { WebSerialOptions, WebSerialPort } from './webSerialPort';

/** How the signals of a port are set when it is open. */
export interface Signals {
  readonly dtr: boolean | undefined;
  readonly rts: boolean | undefined;
}

/** What an {@link OpenPort} uses and tells. */
export interface OpenPortTools {
  readonly scheduler: SchedulerLike;
  /** Is told of errors after which the line goes on, such as bytes that came too fast for the page. */
  readonly damaged: (error: unknown) => void;
}

/** How long bytes that a held line does not take may keep a port open that is being closed, in milliseconds. */
const linger = 300;

/**
 * A port of the Web Serial API that has been opened, until it is closed or lost. The API is one of promises, and so is
 * this class; {@link webSerialTransport} makes observables of it.
 */
export class OpenPort {
  /** The bytes that come. Subscribe once. Completes when the port is closed, and errors with the reason of its loss. */
  readonly chunks$: Observable<Uint8Array>;

  private readonly writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private reading: Promise<void> | undefined;
  private isClosing = false;
  private gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  private constructor(
    private readonly port: WebSerialPort,
    private readonly tools: OpenPortTools,
  ) {
    this.writer = port.writable?.getWriter();
    // A port that is lost fails its writer as well. The writes and the reader tell of it.
    this.writer?.closed.catch(() => undefined);
    this.chunks$ = new Observable((subscriber) => {
      this.reading = this.readAll((chunk) => subscriber.next(chunk)).then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
    });
  }

  /** Opens a port and sets its signals. */
  static async open(
    port: WebSerialPort,
    options: WebSerialOptions,
    { dtr, rts }: Signals,
    tools: OpenPortTools,
  ): Promise<OpenPort> {
    await port.open(options);
    if (dtr !== undefined || rts !== undefined) {
      // Both in one step, because boards react when the two differ.
      await port.setSignals({ dataTerminalReady: dtr ?? true, requestToSend: rts ?? true }).catch(tools.damaged);
    }
    return new OpenPort(port, tools);
  }

  /** Whether the port would take bytes without waiting. */
  get isWritable(): boolean {
    return (this.writer?.desiredSize ?? 0) > 0;
  }

  /** Sends bytes, and resolves when the port can take more. */
  async send(bytes: Uint8Array): Promise<void> {
    const { writer } = this;
    if (!writer) throw new Error('the port has no stream to write to');
    const written = writer.write(bytes);
    // With a failure, `ready` rejects too.
    written.catch(() => undefined);
    await writer.ready;
  }

  /** Reads no further chunk (`true`), or reads on (`false`). The port then stops the sender, if it has flow control. */
  hold(held: boolean): void {
    if (held && !this.gate) {
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      this.gate = { opened, open };
    }
    if (!held) this.openGate();
  }

  /** Closes the port after the bytes that it can still send. Resolves when it can be opened again. Never rejects. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    this.openGate();
    await this.reader?.cancel().catch(() => undefined);
    await this.reading?.catch(() => undefined);
    if (this.writer) {
      await this.atMost(linger, this.writer.close());
      await this.atMost(linger, this.writer.abort());
      this.writer.releaseLock();
    }
    await this.port.close().catch(() => undefined);
  }

  /** Reads until the port is closed. Rejects when it is lost. */
  private async readAll(next: (chunk: Uint8Array) => void): Promise<void> {
    let loss: unknown;
    // After an error of the line, such as a buffer that has overflowed, the port has a new stream. After its loss, it has
    // none.
    for (let stream = this.port.readable; stream; stream = this.port.readable) {
      const reader = (this.reader = stream.getReader());
      await this.readStream(reader, next).catch((error: unknown) => {
        loss = error;
        if (this.port.readable) this.tools.damaged(error);
      });
      this.reader = undefined;
      reader.releaseLock();
      if (this.isClosing) return;
    }
    throw new Error('the port is gone', { cause: loss });
  }

  private async readStream(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    next: (chunk: Uint8Array) => void,
  ): Promise<void> {
    for (;;) {
      if (this.gate) await this.gate.opened;
      if (this.isClosing) return;
      const { done, value } = await reader.read();
      if (done) return;
      next(value);
    }
  }

  private async atMost(limit: number, end: Promise<void>): Promise<void> {
    const late$ = timer(limit, this.tools.scheduler);
    await lastValueFrom(from(end.catch(() => undefined)).pipe(takeUntil(late$)), { defaultValue: undefined });
  }

  private openGate(): void {
    this.gate?.open();
    this.gate = undefined;
  }
}
