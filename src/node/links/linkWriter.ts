import {
  asapScheduler,
  catchError,
  identity,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  observeOn,
  subscribeOn,
  takeUntil,
} from 'rxjs';

import type { SocketStreams } from '../../usocket/stream/socketStreams';
import type { LinkReader } from './linkReader';
import { inNextTurn } from '../native/nodeTime';
import type { NativeStream, StreamRequest } from '../native/nativeStream';
import { numberOf } from '../native/systemErrors';

/** What a {@link LinkWriter} needs from its handle. */
export interface LinkWriterOptions {
  readonly socket: SocketStreams;
  readonly stream: NativeStream;
  readonly reader: LinkReader;
  /** Emits when the connection is closed by this end. */
  readonly closing$: Observable<unknown>;
  /** How many bytes the interface has sent on this connection. */
  readonly sent: () => number;
  /** Returns the error number of a failure. */
  readonly statusOf: (error: unknown) => number;
  /** Called when a write has failed. */
  readonly failed: (error: unknown) => void;
  /** Called when everything has been sent, and this end is ended. */
  readonly ended: () => void;
}

/** How long the end of the peer may take after a send that has failed because of it, in milliseconds. */
const endOfPeer = 1_000;

/** The sending side of a handle: the writes of Node.js, of which there is one at a time, and the end after them. */
export class LinkWriter {
  private writing: { readonly request: StreamRequest; readonly until: number } | undefined;
  private ending: StreamRequest | undefined;

  constructor(private readonly options: LinkWriterOptions) {}

  /** How many bytes of the write are still to be sent. */
  get queueSize(): number {
    return this.writing ? Math.max(0, this.writing.until - this.options.sent()) : 0;
  }

  write(request: StreamRequest, pieces: readonly Buffer[]): void {
    const { socket, closing$, sent, statusOf, failed } = this.options;
    const [only] = pieces;
    const bytes = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    this.writing = { request, until: sent() + bytes.length };
    // A line may bring bytes as soon as something is written to it. If a program heard them now and wrote again, the stream
    // of Node.js would lose what it writes. Node.js also expects the outcome after this call has returned.
    socket
      .sendall$(bytes)
      .pipe(this.sentIfPeerEnds(), subscribeOn(asapScheduler), observeOn(asapScheduler), takeUntil(closing$))
      .subscribe({
        next: () => this.written(0),
        error: (error: unknown) => {
          this.written(statusOf(error));
          // An HTTP/2 session writes in C++, where Node.js drops the error.
          failed(error);
        },
      });
  }

  /** Ends this side. Node.js ends an encrypted stream while its last write is still under way. */
  end(request: StreamRequest): void {
    this.ending = request;
    if (!this.writing) inNextTurn(() => this.finish());
  }

  /** Ends what is under way, because the connection is closed. See {@link LinkWriter.sentIfPeerEnds} for a write. */
  cancel(): void {
    const { writing, ending, options } = this;
    this.writing = undefined;
    this.ending = undefined;
    const cancelled = numberOf('ECANCELED');
    if (writing) options.stream.finishWrite(writing.request, options.reader.hasEnded ? 0 : cancelled);
    if (ending) options.stream.finishShutdown(ending, cancelled);
  }

  /**
   * The operating system takes bytes before they are sent. So there the write that is under way when the peer ends has
   * succeeded, and the answer that has come before the end can be read. A failure would destroy the socket.
   */
  private sentIfPeerEnds(): MonoTypeOperatorFunction<void> {
    const { reader } = this.options;
    return reader.hasEnded
      ? identity
      : catchError((error: unknown) =>
          reader.endsWithin(endOfPeer).pipe(
            map((isEnd) => {
              if (!isEnd) throw error;
            }),
          ),
        );
  }

  private written(status: number): void {
    const { writing } = this;
    this.writing = undefined;
    if (writing) this.options.stream.finishWrite(writing.request, status);
    this.finish();
  }

  private finish(): void {
    const { ending } = this;
    if (!ending || this.writing) return;
    this.ending = undefined;
    this.options.ended();
    this.options.stream.finishShutdown(ending, 0);
  }
}
