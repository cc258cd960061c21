import type { Duplex } from 'node:stream';

import { Subscription } from 'rxjs';

import type { Emulator } from './emulator';

/**
 * Carries a virtual modem's bytes over a stream of the machine, both ways, at the pace of the slower: the modem waits
 * while the stream is full, and the stream while the line is. Unsubscribing leaves the stream as it is.
 */
export function carry(emulator: Emulator, stream: Duplex): Subscription {
  const subscription = new Subscription();
  const onData = (chunk: Buffer): void => {
    stream.pause();
    subscription.add(emulator.uart.write(chunk).subscribe({ complete: () => stream.resume(), error: () => undefined }));
  };
  const onDrain = (): void => emulator.setClearToSend(true);
  // The end of a stream is told by its `close`.
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
      // The line has ended, so the stream does too.
      error: () => stream.destroy(),
      complete: () => stream.end(),
    }),
  );
  return subscription;
}
