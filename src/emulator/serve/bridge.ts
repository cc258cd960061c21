import type { Duplex } from 'node:stream';

import { Subscription } from 'rxjs';

import type { Emulator } from './emulator';

/**
 * Connects a virtual modem's line with a stream of this machine, both ways, with backpressure: the modem waits while the
 * stream is full, and the stream while the line is. Unsubscribing leaves the stream open.
 */
export function bridge(emulator: Emulator, stream: Duplex): Subscription {
  const subscription = new Subscription();
  const onData = (chunk: Buffer): void => {
    stream.pause();
    subscription.add(emulator.uart.write(chunk).subscribe({ complete: () => stream.resume(), error: () => undefined }));
  };
  const onDrain = (): void => emulator.setClearToSend(true);
  // `close` follows each error.
  const onError = (): void => undefined;
  stream.on('data', onData).on('drain', onDrain).on('error', onError);
  subscription.add(() => {
    stream.off('data', onData).off('drain', onDrain);
    emulator.setClearToSend(true);
  });
  subscription.add(
    emulator.uart.rx$.subscribe({
      next: (chunk) => {
        if (!stream.write(chunk)) emulator.setClearToSend(false);
      },
      // The line has ended, so the stream ends too.
      error: () => stream.destroy(),
      complete: () => stream.end(),
    }),
  );
  return subscription;
}
