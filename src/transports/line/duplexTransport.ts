import type { Duplex } from 'node:stream';
import { types } from 'node:util';
import { Observable, Subject } from 'rxjs';

import type { LineAdvice } from '../../streams';
import type { Transport } from './transportUart';

/** The parts of a {@link duplexTransport}. */
export interface DuplexTransportOptions {
  /** See {@link Transport.name}. */
  readonly name: string;
  /** The stream: a serial port or a socket. */
  readonly duplex: Duplex;
  /** The event that it emits when it is open. Default: it is open. */
  readonly opened?: 'open' | 'connect';
  /** Has all bytes passed to a function, and returns what ends that. Default: the `data` events of the stream. */
  readonly listen?: (pass: (bytes: Uint8Array) => void) => () => void;
  /**
   * Writes bytes past the stream, as many as there is room for, and returns their number. It is called while none wait in
   * the stream. Default: all bytes go through the stream.
   */
  readonly writeNow?: (bytes: Uint8Array) => number;
  /** Whether the other side stops when the stream is not read. */
  readonly flowControl: boolean;
  /** See {@link Transport.longestPause}. */
  readonly longestPause: number;
  /** See {@link Transport.expect}. */
  readonly expect?: (bytes: number) => void;
  /** See {@link Transport.reference}. */
  readonly reference?: ((isReferenced: boolean) => void) | undefined;
  /** See {@link Transport.advice}. */
  readonly advice?: LineAdvice;
  /** Makes the error of a line that has failed. Without a cause, the other side has ended the line. */
  failure(cause?: Error): Error;
  /** See {@link Transport.release}. */
  release(): Observable<never>;
}

/** Makes a {@link Transport} of a Duplex of Node.js, such as a serial port or a socket. Chunks are passed on as they are. */
export function duplexTransport(options: DuplexTransportOptions): Transport {
  const { name, duplex, opened, flowControl, longestPause, expect, reference, advice, writeNow } = options;
  const { listen = dataOf(duplex) } = options;
  const full = new Subject<void>();
  // Without a listener, an 'error' event ends the process; one may come while the line is being closed.
  duplex.on('error', () => undefined);
  return {
    name,
    received$: new Observable<Uint8Array>((subscriber) => {
      const onLost = (cause?: unknown): void => subscriber.error(options.failure(errorOf(cause)));
      duplex.once('error', onLost).once('end', onLost).once('close', onLost);
      subscriber.add(listen((bytes) => subscriber.next(bytes)));
      // The stream goes on flowing without a listener, so that it reaches its end.
      return () => void duplex.off('error', onLost).off('end', onLost).off('close', onLost);
    }),
    writable$: new Observable<boolean>((subscriber) => {
      const tell = (): void => subscriber.next(!duplex.writableNeedDrain);
      const onOpen = (): void => {
        subscriber.add(full.subscribe({ next: tell, error: (error: unknown) => subscriber.error(error) }));
        duplex.on('drain', tell);
        tell();
      };
      if (opened === undefined) onOpen();
      else duplex.once(opened, onOpen);
      return () => void duplex.off(opened ?? 'open', onOpen).off('drain', tell);
    }),
    send(bytes) {
      return new Observable((subscriber) => {
        let rest = bytes;
        try {
          // Bytes must not overtake those that wait. A stream that has been destroyed fails them by itself.
          if (writeNow && !duplex.destroyed && duplex.writableLength === 0) rest = bytes.subarray(writeNow(bytes));
        } catch (error) {
          const cause = errorOf(error);
          // First, because whoever hears of the failure may write again.
          duplex.destroy(cause);
          subscriber.error(options.failure(cause));
          return;
        }
        if (writeNow && rest.length === 0) {
          subscriber.complete();
          return;
        }
        // Node.js calls back when the kernel has the bytes. They may not be on the wire yet, but the kernel's buffer
        // keeps the line busy.
        const more = duplex.write(rest, (cause) => {
          if (cause) subscriber.error(options.failure(cause));
          // When a socket is destroyed, Node.js 20 calls back for its pending writes without an error: it follows.
          else if (!duplex.destroyed) subscriber.complete();
        });
        if (!more) full.next();
      });
    },
    hold: flowControl
      ? (held) => {
          // The bytes then fill the buffers of the line, until the driver lowers RTS or the serial server stops reading.
          if (held) duplex.pause();
          else duplex.resume();
        }
      : undefined,
    longestPause,
    expect,
    reference,
    advice,
    release() {
      return options.release();
    },
  } satisfies Transport;
}

/** Returns a function that has the data of a stream passed to another one. */
function dataOf(duplex: Duplex): NonNullable<DuplexTransportOptions['listen']> {
  return (pass) => {
    duplex.on('data', pass);
    return () => void duplex.off('data', pass);
  };
}

/** Returns the error that something is, if it is one. */
export function errorOf(cause: unknown): Error | undefined {
  return types.isNativeError(cause) ? cause : undefined;
}
