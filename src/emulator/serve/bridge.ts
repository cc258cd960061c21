import type { Duplex } from 'node:stream';

import { from, Subscription } from 'rxjs';

import type { Uart } from '../../streams';

/** A line for another program, which a stream of this machine stands for. */
export interface BridgedLine {
  readonly uart: Uart;
  /** Makes the sender at the other end of the line wait (`true`), or go on. */
  readonly hold: (held: boolean) => void;
}

/**
 * Connects a line with a stream of this machine, both ways, with backpressure: the line is held while the stream is full,
 * and the stream waits while the line is. Unsubscribing leaves both open.
 */
export function bridge({ uart, hold }: BridgedLine, stream: Duplex): Subscription {
  const subscription = new Subscription();
  const onData = (chunk: Buffer): void => {
    stream.pause();
    subscription.add(from(uart.write(chunk)).subscribe({ complete: () => stream.resume(), error: () => undefined }));
  };
  const onDrain = (): void => hold(false);
  // `close` follows each error.
  const onError = (): void => undefined;
  stream.on('data', onData).on('drain', onDrain).on('error', onError);
  subscription.add(() => {
    stream.off('data', onData).off('drain', onDrain);
    hold(false);
  });
  subscription.add(
    uart.rx$.subscribe({
      next: (chunk) => {
        if (!stream.write(chunk)) hold(true);
      },
      // The line has ended, so the stream ends too.
      error: () => stream.destroy(),
      complete: () => stream.end(),
    }),
  );
  return subscription;
}

/** Any line, to be bridged. Without flow control its sender cannot be held. */
export function lineOf(uart: Uart): BridgedLine {
  return { uart, hold: (held) => uart.hold?.(held) };
}
