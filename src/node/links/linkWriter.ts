import {
  asapScheduler,
  catchError,
  defer,
  EMPTY,
  finalize,
  identity,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  observeOn,
  race,
  type SchedulerLike,
  Subject,
  subscribeOn,
  take,
  takeUntil,
  timer,
} from 'rxjs';

import type { SocketStreams } from '../../usocket/stream/socketStreams';
import type { LinkReader } from './linkReader';
import { inNextTurn } from '../native/nodeTime';
import type { NativeStream, StreamRequest } from '../native/nativeStream';
import { numberOf } from '../native/systemErrors';

/** What a {@link LinkWriter} needs from its handle. */
export interface LinkWriterOptions {
  readonly socket: Pick<SocketStreams, 'sendall$'>;
  readonly stream: Pick<NativeStream, 'finishWrite' | 'finishShutdown'>;
  readonly reader: Pick<LinkReader, 'hasEnded' | 'endsWithin'>;
  /** Emits when the connection is closed by this end. */
  readonly closing$: Observable<unknown>;
  readonly scheduler: SchedulerLike;
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

/** How long it may take to send what was written before the connection was destroyed, in milliseconds. */
const longestRest = 5_000;

/** The sending side of a handle: the writes of Node.js, of which there is one at a time, and the end after them. */
export class LinkWriter {
  private writing: { readonly request: StreamRequest; readonly until: number } | undefined;
  private ending: StreamRequest | undefined;
  private isSendingRest = false;
  private readonly over = new Subject<void>();
  private readonly abandoned = new Subject<void>();

  constructor(private readonly options: LinkWriterOptions) {}

  /** How many bytes of the write are still to be sent. */
  get queueSize(): number {
    return this.writing ? Math.max(0, this.writing.until - this.options.sent()) : 0;
  }

  write(request: StreamRequest, pieces: readonly Buffer[]): void {
    const { socket, sent, statusOf, failed } = this.options;
    const [only] = pieces;
    const bytes = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    this.writing = { request, until: sent() + bytes.length };
    // A line may bring bytes as soon as something is written to it. If a program heard them now and wrote again, the stream
    // of Node.js would lose what it writes. Node.js also expects the outcome after this call has returned.
    socket
      .sendall$(bytes)
      .pipe(this.sentIfPeerEnds(), subscribeOn(asapScheduler), observeOn(asapScheduler), takeUntil(this.abandoned))
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

  /**
   * Cold. Sends these bytes after the write that is under way, although the connection has been destroyed, because the
   * operating system takes written bytes at once. Completes when they have been sent, or cannot be sent in time.
   */
  sendRest(rest: readonly Uint8Array[]): Observable<never> {
    const { socket, scheduler } = this.options;
    return defer(() => {
      if (!this.writing && rest.length === 0) return EMPTY;
      this.isSendingRest = true;
      return merge(
        this.writing ? this.over.pipe(take(1)) : EMPTY,
        rest.length > 0 ? socket.sendall$(Buffer.concat(rest)).pipe(catchError(() => EMPTY)) : EMPTY,
      ).pipe(
        ignoreElements(),
        takeUntil(timer(longestRest, scheduler)),
        finalize(() => this.abandon()),
      );
    });
  }

  /** Sends no more of the write that is under way. */
  abandon(): void {
    this.abandoned.next();
  }

  /** Tells Node.js the outcome of what is under way, because the connection is closed. */
  cancel(): void {
    const { writing, ending, options } = this;
    this.writing = undefined;
    this.ending = undefined;
    const cancelled = numberOf('ECANCELED');
    // The operating system has taken the bytes in both cases. See LinkWriter.sentIfPeerEnds.
    const isTaken = options.reader.hasEnded || this.isSendingRest;
    if (writing) options.stream.finishWrite(writing.request, isTaken ? 0 : cancelled);
    if (ending) options.stream.finishShutdown(ending, cancelled);
  }

  /**
   * The operating system takes bytes before they are sent. So there the write that is under way when the peer ends has
   * succeeded, and the answer that has come before the end can be read. A failure would destroy the socket.
   */
  private sentIfPeerEnds(): MonoTypeOperatorFunction<void> {
    const { reader, closing$ } = this.options;
    return reader.hasEnded
      ? identity
      : catchError((error: unknown) =>
          // When this end is closed, nobody waits for the outcome any more.
          race(reader.endsWithin(endOfPeer), closing$.pipe(map(() => true))).pipe(
            take(1),
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
    this.over.next();
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
