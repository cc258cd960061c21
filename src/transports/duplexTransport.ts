import type { Duplex } from 'node:stream';
import { types } from 'node:util';
import { Observable, Subject, fromEvent, map, merge, of, switchMap, take } from 'rxjs';

import type { LineAdvice } from '../streams';
import type { Line } from './transportUart';

export interface DuplexLineOptions {
  readonly name: string;
  /** The stream, still opening: a serial port or a socket. */
  readonly duplex: Duplex;
  /** The event that tells that it is open. */
  readonly opened: 'open' | 'connect';
  /** Whether a stream that is not read holds the other side back. */
  readonly flowControl: boolean;
  /** See {@link Line.longestPause}. */
  readonly longestPause: number;
  /** See {@link Line.advice}. */
  readonly advice?: LineAdvice;
  /** Makes the error of a line that failed, or that ended without being asked to: then there is no cause. */
  failure(cause?: Error): Error;
  /** Cold. Gives the stream back; completes when it is free. Never errors. */
  release(): Observable<never>;
}

/** Makes a {@link Line} of a Node Duplex, which serial ports and sockets are. Chunks are passed on as Node read them. */
export function duplexLine(options: DuplexLineOptions): Line {
  const { name, duplex, opened } = options;
  const full = new Subject<void>();
  // An 'error' event that nobody hears would end the process; it can still come while the line is being closed.
  duplex.on('error', () => undefined);
  return {
    name,
    received$: new Observable<Buffer>((subscriber) => {
      const onData = (chunk: Buffer): void => subscriber.next(chunk);
      const onLost = (cause?: unknown): void =>
        subscriber.error(options.failure(types.isNativeError(cause) ? cause : undefined));
      duplex.on('data', onData).once('error', onLost).once('end', onLost).once('close', onLost);
      // The stream flows on without a listener, so that it sees its end.
      return () => void duplex.off('data', onData).off('error', onLost).off('end', onLost).off('close', onLost);
    }),
    writable$: fromEvent(duplex, opened).pipe(
      take(1),
      switchMap(() => merge(of(null), full, fromEvent(duplex, 'drain'))),
      map(() => !duplex.writableNeedDrain),
    ),
    send(bytes) {
      return new Observable((subscriber) => {
        // The callback comes when the kernel has taken the bytes. Its own buffer keeps the line busy meanwhile, so
        // there is no need to wait until they are out on the wire.
        const more = duplex.write(bytes, (cause) => {
          if (cause) subscriber.error(options.failure(cause));
          // A write that a destroyed socket (Node 20) gives up is called back without an error: the line's comes next.
          else if (!duplex.destroyed) subscriber.complete();
        });
        if (!more) full.next();
      });
    },
    hold: options.flowControl
      ? (held) => {
          // What lies in the line's buffers fills them; the driver then lowers RTS, the serial server stops reading.
          if (held) duplex.pause();
          else duplex.resume();
        }
      : undefined,
    longestPause: options.longestPause,
    advice: options.advice,
    release() {
      return options.release();
    },
  } satisfies Line;
}
